"""A centre where all sorts of things are done, in an order that a number decides."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from string import ascii_lowercase
from typing import Any

from service import Service
from tests.api.running import ClientAs, settle
from tests.api.seeded_centre import (
    DATES,
    MANDATORY,
    OPTIONAL,
    PRODUCT,
    TEST,
    Maker,
    Things,
    furnished,
)
from tests.clock import Clock
from tests.learner_examples import cells, csv_file

APPRENTICESHIP = "Q-0009000001"
WHOLE = (*MANDATORY, *OPTIONAL)
WHY = {"reason": "It was a slip."}


@dataclass(frozen=True, kw_only=True)
class BusyCentre:
    """What its people, and those who work with them, do: each on something of its own.

    So that each can be done at any time and succeeds, whatever was done before.
    """

    service: Service
    clock: Clock
    random: Random
    things: Things
    admin: Maker
    specialist: Maker
    assessment: Maker
    invoicing: Maker

    def work(self, rounds: int) -> Iterator[None]:
        """Do everything, so many times over, in no order."""
        for _ in range(rounds):
            for do in self.random.sample(DONE, len(DONE)):
                do(self)
                self.settle()
                yield

    def settle(self) -> None:
        """Let policies do what follows, and all of it be shown."""
        settle(self.service)

    def name(self) -> str:
        """Make a name that nobody has yet."""
        return "".join(self.random.choices(ascii_lowercase, k=10)).title()

    def learner(self, **more: str) -> str:
        return self.admin.learner(self.name(), **more)

    def any_learner(self) -> str:
        known: list[Any] = self.admin.ask("GET", "/learners?limit=200")["items"]
        return str(self.random.choice(known)["learner"])

    def registered(self) -> tuple[str, str]:
        """Give a learner, and their registration."""
        learner = self.learner()
        (line,) = self.admin.order(learner)["products"][0]["learners"]
        return learner, str(line["registration"])

    def booked(self, *, hours: int) -> str:
        """Book a test that begins in so many hours."""
        starts = self.clock.now + timedelta(hours=hours)
        learner, _ = self.registered()
        entry = {
            "learner": learner,
            "qualification": PRODUCT,
            "unit": TEST,
            "delivery": "Onscreen",
            "starts": starts.isoformat(),
            "mode": "Online",
        }
        begun = self.admin.ask("POST", "/entry-orders", json={"entries": [entry]})
        path = f"/entry-orders/{begun['order']}/confirm"
        ordered = self.admin.ask("POST", path, json={"total": begun["total"]})
        return str(ordered["entries"][0]["booking"])

    def uploaded(self) -> str:
        """Upload a group of three, one of them at fault."""
        rows = [
            cells(given_name=name, family_name=self.name(), uln="")
            for name in (self.name(), self.name(), "")
        ]
        file = ("learners.csv", csv_file(*rows), "text/csv")
        made = self.admin.ask(
            "POST", "/learner-groups", data={"name": self.name()}, files={"file": file}
        )
        self.settle()
        return f"/learner-groups/{made['group']}"


def busy_centre(
    service: Service, client_as: ClientAs, clock: Clock, seed: int
) -> BusyCentre:
    """Furnish a centre."""
    random = Random(seed)  # noqa: S311 - no secret, but the same each time

    def maker(name: str) -> Maker:
        return Maker(client=client_as(name), service=service, name="Busy")

    admin = maker("admin.riverside")
    return BusyCentre(
        service=service,
        clock=clock,
        random=random,
        things=furnished(admin.client, service, "Quillfeather"),
        admin=admin,
        specialist=maker("specialist"),
        assessment=maker("assessment"),
        invoicing=maker("invoicing"),
    )


def correct_an_upload(at: BusyCentre) -> None:
    path = at.uploaded()
    at.admin.ask("POST", f"{path}/submit")
    at.settle()
    right = {"given_name": at.name()}
    at.admin.ask("PATCH", f"{path}/records/4", json=right)
    at.admin.ask("POST", f"{path}/submit")


def undo_an_upload(at: BusyCentre) -> None:
    path = at.uploaded()
    at.admin.ask("DELETE", f"{path}/records/4")
    at.admin.ask("POST", f"{path}/submit")
    at.settle()
    at.admin.ask("POST", f"{path}/undo", json={"confirm_loss": True})


def amend_learners(at: BusyCentre) -> None:
    changed = {"family_name": at.name(), "postcode": "OX4 1AB"}
    at.admin.ask("PATCH", f"/learners/{at.learner()}", json=changed)
    gender = {"gender": at.random.choice(("F", "M"))}
    at.admin.ask("PATCH", f"/learners/{at.any_learner()}", json=gender)


def decide_on_twins(at: BusyCentre) -> None:
    name = at.name()
    one = at.admin.learner(name)
    two = at.admin.learner(f"{name}s")
    decided = {"decision": at.random.choice(("same", "different")), **WHY}
    at.admin.ask("POST", f"/duplicates/{one}/{two}", json=decided)
    at.admin.learner(f"{name}r")


def throw_an_order_away(at: BusyCentre) -> None:
    one, two = at.learner(), at.learner()
    path = f"/orders/{at.admin.draft(one, two)['order']}"
    at.admin.ask("DELETE", f"{path}/learners/{one}")
    number = {"number": "PO 2", "product": PRODUCT}
    at.admin.ask("PUT", f"{path}/purchase-order-number", json=number)
    if at.random.random() < 1 / 2:
        at.admin.ask("DELETE", path)


def order_an_apprenticeship(at: BusyCentre) -> None:
    body = {
        "products": [APPRENTICESHIP],
        "learners": [{"learners": [{"learner": at.learner()}]}],
        "dates": [DATES],
    }
    at.admin.ask("POST", "/orders", json=body)


def cancel_a_registration(at: BusyCentre) -> None:
    _, registration = at.registered()
    at.admin.ask("POST", f"/registrations/{registration}/cancel", json=WHY)


def cancel_what_was_invoiced(at: BusyCentre) -> None:
    _, registration = at.registered()
    for status in ("Invoiced", "Paid"):
        at.invoicing.ask(
            "POST",
            f"/invoice-lines/{registration}/status",
            json={"status": status, "invoice": "I-1"},
        )
    at.admin.ask("POST", f"/registrations/{registration}/cancel", json=WHY)


def amend_and_cancel_a_booking(at: BusyCentre) -> None:
    path = f"/bookings/{at.booked(hours=30)}"
    at.admin.ask("PATCH", path, json={"extra_time": 25, "mode": "Classroom"})
    if at.random.random() < 1 / 2:
        at.admin.ask("POST", f"{path}/cancel")


def sit_a_test(at: BusyCentre) -> None:
    path = f"/bookings/{at.booked(hours=3)}/outcome"
    if at.random.random() < 1 / 2:
        at.assessment.ask("POST", path, json={"attendance": "Absent"})
        return
    passed = {"result": "Pass", "grade": "P", "sat_on": str(at.clock.now.date())}
    at.assessment.ask("POST", path, json={"attendance": "Taken", **passed})


def withdraw_a_claim(at: BusyCentre) -> None:
    one, two, three = (at.registered()[0] for _ in range(3))
    claim = at.admin.claim(**{one: WHOLE, two: MANDATORY, three: WHOLE})
    at.admin.ask("POST", f"/claims/{claim}/submit")
    withdrawal = {"learner": one, **WHY}
    at.admin.ask("POST", f"/claims/{claim}/withdraw", json=withdrawal)


def throw_a_claim_away(at: BusyCentre) -> None:
    learner, _ = at.registered()
    path = f"/claims/{at.admin.claim(**{learner: MANDATORY})}"
    at.admin.ask(
        "PUT", f"{path}/units", json={"units": MANDATORY[:1], "confirm_loss": True}
    )
    if at.random.random() < 1 / 2:
        at.admin.ask("DELETE", path)


def reissue_and_reopen(at: BusyCentre) -> None:
    learner, registration = at.registered()
    claim = at.admin.submitted(**{learner: WHOLE})
    path = f"/certificates/{claim['learners'][0]['certificate']}"
    at.specialist.ask("POST", f"{path}/printing")
    again = at.specialist.ask("POST", f"{path}/reissue", json=WHY)
    if at.random.random() < 1 / 2:
        path = f"/certificates/{again['certificate']}/revoke"
        at.specialist.ask("POST", path, json=WHY)
    at.specialist.ask("POST", f"/registrations/{registration}/reopen", json=WHY)


def let_somebody_go(at: BusyCentre) -> None:
    user = {
        "name": at.name().lower(),
        "full_name": "Sam Okoro",
        "role": "Assessor",
        "centre": at.things.centre,
        "password": "a long pass phrase",
    }
    at.admin.ask("POST", "/users", json=user)
    gone = {"is_disabled": True, **WHY}
    at.admin.ask("PATCH", f"/users/{user['name']}", json=gone)


def withdraw_an_approval(at: BusyCentre) -> None:
    path = f"/centres/{at.things.centre}/approvals"
    at.specialist.ask("DELETE", f"{path}/{APPRENTICESHIP}", json=WHY)
    at.settle()
    if at.random.random() < 1 / 2:
        number = str(at.random.randrange(60_000, 99_999))
        opened = {"number": number, "name": at.name(), **WHY}
        at.specialist.ask("POST", "/centres", json=opened)
    at.specialist.ask("POST", path, json={"product": APPRENTICESHIP, **WHY})


def transfer_a_learner(at: BusyCentre) -> None:
    learner, _ = at.registered()
    body = {"centre": "51907", **WHY}
    at.specialist.ask("POST", f"/learners/{learner}/transfer", json=body)


DONE: tuple[Callable[[BusyCentre], None], ...] = (
    correct_an_upload,
    undo_an_upload,
    amend_learners,
    decide_on_twins,
    throw_an_order_away,
    order_an_apprenticeship,
    cancel_a_registration,
    cancel_what_was_invoiced,
    amend_and_cancel_a_booking,
    sit_a_test,
    withdraw_a_claim,
    throw_a_claim_away,
    reissue_and_reopen,
    let_somebody_go,
    transfer_a_learner,
    withdraw_an_approval,
)
