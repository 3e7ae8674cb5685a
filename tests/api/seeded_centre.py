"""One of everything that a centre can have, made over HTTP as its people make it."""

from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi.testclient import TestClient

from policies.claims import claim_processing
from service import Service
from tests.api.running import ClientAs, Left, clients, come_to_the_end, running
from tests.clock import PATIENCE, Clock, until
from tests.image_examples import PHOTOGRAPH
from tests.learner_examples import cells, csv_file
from tests.offline_client import Program

API = "/api/v1"
ANY = {"If-Match": "*"}
PRODUCT = "Q-0005001227"
MANDATORY = ("L/506/1788", "T/506/1798", "H/506/1800", "R/506/2294", "R/506/2957")
TEST, WHEN, SOON = "F/506/1934", "2026-12-10T10:00", "2026-11-24T13:00"
"""A test, and times to sit it at: SOON can be sat already, and not be amended."""

PIN = "4821"
PROGRAM = Program()
"""The offline client that is on everybody's laptop."""

OPTIONAL = ("K/506/1927", "M/506/1928", "Y/506/2958", "A/506/2130")
DATES = {"starts": "2026-09-01", "ends": "2027-07-16"}
ULNS = ("1000000043", "1000000000", "1000000450")
SIGNED_IN = "a long pass phrase"


@dataclass(frozen=True, kw_only=True)
class Things:
    """What a centre has, by what a path or a filter calls it."""

    centre: str
    called: Mapping[str, str]
    """The one of each kind that most has happened to."""
    others: tuple[str, ...]
    """More that nobody else may know of: identifiers, names, numbers."""
    drafts: Mapping[str, str]
    """An order and a claim that can still be changed."""

    def everything(self) -> set[str]:
        """All that would give the centre away where it is not to be seen."""
        found = {*self.called.values(), *self.others, *self.drafts.values()}
        return {self.centre, *found}


@dataclass(frozen=True, kw_only=True)
class Maker:
    """Makes things as one of a centre's people."""

    client: TestClient
    service: Service
    name: str

    def ask(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Idempotency-Key": f"{method} {path}", **ANY}
        answer = self.client.request(method, API + path, headers=headers, **options)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    def learner(self, given_name: str, **more: str | bool) -> str:
        body = {"given_name": given_name, "family_name": self.name, **more}
        made = self.ask(
            "POST", "/learners", json={"date_of_birth": "2006-03-27", **body}
        )
        return str(made["learner"])

    def group(self) -> str:
        """Upload a group of three, one of them at fault, and submit it."""
        rows = [
            cells(given_name="Uma", family_name=self.name, uln=ULNS[0]),
            cells(given_name="Una", family_name=self.name, uln=""),
            cells(given_name="", family_name=self.name, uln=""),
        ]
        files = {"file": (f"{self.name}.csv", csv_file(*rows), "text/csv")}
        data = {"name": f"Group {self.name}"}
        path = f"/learner-groups/{self._uploaded(data, files)}"
        self.until(path, 50)
        self.ask("POST", f"{path}/submit")
        self.until(path, 100)
        return path.rpartition("/")[2]

    def _uploaded(self, data: Any, files: Any) -> str:
        made = self.ask("POST", "/learner-groups", data=data, files=files)
        return str(made["group"])

    def until(self, path: str, progress: int) -> None:
        until(lambda: self.ask("GET", path)["progress"] >= progress)

    def draft(self, *learners: str, groups: tuple[str, ...] = ()) -> Any:
        linked = [{"learner": learner} for learner in learners]
        body = {
            "products": [PRODUCT],
            "learners": [{"learners": linked, "groups": groups}],
            "dates": [DATES],
            "purchase_order_number": f"PO {self.name}",
        }
        return self.ask("POST", "/orders", json=body)

    def order(self, *learners: str) -> Any:
        begun = self.draft(*learners)
        path = f"/orders/{begun['order']}/confirm"
        return self.ask("POST", path, json={"total": begun["total"]})

    def entered(self, learner: str, **how: str) -> Any:
        """Book a test."""
        entries = [self.entry(learner, **how)]
        begun = self.ask("POST", "/entry-orders", json={"entries": entries})
        path = f"/entry-orders/{begun['order']}/confirm"
        return self.ask("POST", path, json={"total": begun["total"]})

    def entry(
        self, learner: str, *, mode: str = "Online", starts: str = WHEN
    ) -> dict[str, Any]:
        return {
            "learner": learner,
            "qualification": PRODUCT,
            "unit": TEST,
            "delivery": "Onscreen",
            "starts": starts,
            "mode": mode,
        }

    def package(self, booking: str, client: str) -> str:
        """Download the package of an offline test under a new PIN; say which it is."""
        self.ask("PUT", "/me/pin", json={"pin": PIN})
        path = f"{API}/bookings/{booking}/package"
        answer = self.client.post(path, json={"pin": PIN, "client": client})
        assert answer.is_success, answer.text
        return str(PROGRAM.manifest(answer.content, PIN)["package"])

    def claim(self, **units_of: tuple[str, ...]) -> str:
        """Begin a claim of Full awards, with the units that each learner has."""
        body = {
            "qualification": PRODUCT,
            "units": [*MANDATORY, *OPTIONAL],
            "learners": list(units_of),
            "awards": [award(learner, units) for learner, units in units_of.items()],
        }
        return str(self.ask("POST", "/claims", json=body)["claim"])

    def submitted(self, **units_of: tuple[str, ...]) -> Any:
        """Submit a claim, and let the time come at which it is processed."""
        name = self.claim(**units_of)
        self.ask("POST", f"/claims/{name}/submit")
        self.settle()
        tick = claim_processing(timedelta()).tick
        assert tick is not None
        tick(self.service.clock(), self.service.context, self.service.read_models)
        return self.ask("GET", f"/claims/{name}")

    def settle(self) -> None:
        """Let the read models come to where the log is."""
        read_models = self.service.read_models
        assert read_models.wait_for(self.service.store.head(), PATIENCE)


def award(learner: str, units: tuple[str, ...]) -> dict[str, Any]:
    return {
        "learner": learner,
        "award_type": "Full",
        "award_date": "2026-11-20",
        "grades": dict.fromkeys(units, "P"),
    }


@contextmanager
def furnished_in(folder: Path) -> Generator[tuple[Service, ClientAs, Things]]:
    """Run a service in which one centre, the first of the demo's, has it all."""
    left, things = furnished_once()
    left.put(folder / "data", folder / "key")
    with in_folder(folder) as service, clients(service) as client_as:
        yield service, client_as, things


@cache
def furnished_once() -> tuple[Left, Things]:
    """Make that centre, once for all tests that go on from there."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        with in_folder(folder) as service, clients(service) as client_as:
            things = furnished(client_as("admin.riverside"), service, "Quillfeather")
            come_to_the_end(service)
        return Left.by(folder / "data", folder / "key"), things


def in_folder(folder: Path) -> AbstractContextManager[Service]:
    return running(f"sqlite:///{folder / 'data'}", folder / "key", Clock())


def furnished(client: TestClient, service: Service, name: str) -> Things:
    """Make one of everything for the centre of this Centre Administrator.

    ``name`` is the family name of its learners, and a word of all else it names.
    """
    maker = Maker(client=client, service=service, name=name)
    centre = str(client.get(f"{API}/me").json()["centre"])
    user = f"user.{name}".lower()
    maker.ask(
        "POST",
        "/users",
        json={
            "name": user,
            "full_name": f"Someone {name}",
            "role": "Assessor",
            "centre": centre,
            "password": SIGNED_IN,
        },
    )
    token = maker.ask("POST", "/me/tokens", json={"label": f"token of {name}"})
    group = maker.group()
    full = maker.learner("Full", uln=ULNS[1], centre_reference=f"{name}-1")
    short = maker.learner("Short", uln=ULNS[2])
    spare = maker.learner("Spare")
    photograph = f"/learners/{short}/photograph"
    for picture in (photograph, photograph.replace("photograph", "signature")):
        maker.ask("PUT", picture, content=PHOTOGRAPH)
    draft = maker.draft(spare, groups=(group,))
    order = maker.order(full, short, spare)
    registrations = {
        line["learner"]: line["registration"]
        for line in order["products"][0]["learners"]
    }
    entered = maker.entered(spare)
    laptop = {
        "name": f"Laptop {name}",
        "version": "2.1",
        "public_key": PROGRAM.public_key,
    }
    offline = maker.ask("POST", "/offline-clients", json=laptop)
    away = maker.entered(short, mode="Offline", starts=SOON)["entries"][0]["booking"]
    package = maker.package(away, offline["client"])
    whole = (*MANDATORY, *OPTIONAL)
    claim = maker.submitted(**{full: whole, short: MANDATORY})
    certificate = claim["learners"][0]["certificate"]
    drawn = maker.claim(**{spare: MANDATORY[:1]})
    maker.settle()
    return Things(
        centre=centre,
        called={
            "name": user,
            "token": token["id"],
            "group": group,
            "learner": short,
            "other": full,
            "order": order["order"],
            "registration": registrations[full],
            "line": registrations[spare],
            "booking": entered["entries"][0]["booking"],
            "entry_order": entered["order"],
            "client": offline["client"],
            "offline": away,
            "package": package,
            "claim": claim["claim"],
            "certificate": certificate,
        },
        others=(name, f"PO {name}", spare, registrations[short]),
        drafts={"order": draft["order"], "claim": drawn},
    )
