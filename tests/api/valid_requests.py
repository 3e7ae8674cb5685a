"""How each operation is asked so that it is done: by whom, of what, with what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aggregates.bookings.sitting import Attendance
from cli.demo.users import HILLSIDE
from commands.bookings.booking import ReportOutcome
from events.centres.user import Role
from store import Actor
from tests.api.operations import Operation, names_of
from tests.api.seeded_centre import (
    API,
    DATES,
    MANDATORY,
    OPTIONAL,
    PIN,
    PRODUCT,
    SIGNED_IN,
    SOON,
    TEST,
    WHEN,
    Maker,
    Things,
    award,
)
from tests.image_examples import PHOTOGRAPH
from tests.learner_examples import cells, csv_file
from tests.offline_client import answers

FORKED = "Q-0005001568"
"""A qualification of two pathways."""

SUSPENDED = "Q-0005001960"
"""One that nothing else here is about."""

ILR = (
    "LearnRefNumber,ULN,FamilyName,GivenNames,DateOfBirth,Sex,Email\n"
    "1,,Reid,Ann,2006-03-27,F,\n"
)
ASSESSMENT = Actor(user="assessment", role=Role.ASSESSMENT, centre=None, channel="api")
LEARNER = {
    "given_name": "Ada",
    "family_name": "New",
    "date_of_birth": "2006-03-27",
    "uln": "",
}
OFFICIAL = (
    "/erase",
    "/pathway",
    "/reopen",
    "/printing",
    "/reissue",
    "/revoke",
    "/approvals",
)
REASON = {"reason": "Seen and agreed."}


@dataclass(frozen=True, kw_only=True)
class ValidRequest:
    """Who asks, of which things, and with what besides what the examples say."""

    by: str | None = "admin.riverside"
    about: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Ready(Maker):
    """Makes what an operation needs to be done, besides what is there."""

    things: Things

    def spare(self) -> str:
        return self.things.others[2]

    def registered(self, pathway: str | None = None) -> tuple[str, str]:
        """Register a learner whom nothing has come of: who, and the registration."""
        learner = self.learner("Idle", confirm_different_person=True)
        product = FORKED if pathway else PRODUCT
        links = [{"learner": learner, "pathway": pathway}]
        body = {
            "products": [product],
            "learners": [{"product": product, "learners": links}],
            "dates": [DATES],
        }
        begun = self.ask("POST", "/orders", json=body)
        path = f"/orders/{begun['order']}/confirm"
        made = self.ask("POST", path, json={"total": begun["total"]})
        (line,) = made["products"][0]["learners"]
        return learner, str(line["registration"])

    def uploaded(self, name: str, content: bytes, *, until: int = 50) -> str:
        files = {"file": ("learners.csv", content, "text/csv")}
        made = self.ask("POST", "/learner-groups", data={"name": name}, files=files)
        if until:
            self.until(f"/learner-groups/{made['group']}", until)
        return str(made["group"])

    def booked(self, mode: str) -> str:
        """Book a test that can be sat now."""
        entered = self.entered(self.registered()[0], mode=mode, starts=SOON)
        return str(entered["entries"][0]["booking"])

    def draft_entry_order(self, entries: list[dict[str, Any]] | None = None) -> str:
        """Begin an entry order, with one entry if none are said."""
        chosen = self.entries() if entries is None else entries
        begun = self.ask("POST", "/entry-orders", json={"entries": chosen})
        return str(begun["order"])

    def drawn_for(self) -> dict[str, str]:
        """Begin an entry order; name it, and the learner who is entered."""
        order = self.draft_entry_order()
        (entered,) = self.ask("GET", f"/entry-orders/{order}")["entries"]
        return {"entry_order": order, "learner": str(entered["learner"])}

    def entries(self) -> list[dict[str, Any]]:
        return [self.entry(self.registered()[0])]


def corrected(ready: Ready) -> ValidRequest:
    path = f"/learner-groups/{ready.things.called['group']}/invalid.xlsx"
    answer = ready.client.get(f"{API}{path}")
    return ValidRequest(body={"file": answer.content})


def sent_back(ready: Ready) -> ValidRequest:
    called = ready.things.called
    return ValidRequest(
        about={"booking": called["offline"]},
        query={"package": called["package"]},
        body=answers(called["package"], called["offline"]),
    )


def launched(ready: Ready) -> ValidRequest:
    booking = ready.booked("Online")
    link = ready.ask("POST", f"/bookings/{booking}/launch")["link"]
    secret = link.rpartition("/")[2]
    return ValidRequest(by=None, about={"booking": booking, "secret": secret})


def missed(ready: Ready) -> ValidRequest:
    """Have it reported that somebody was absent, which is to be put right."""
    booking = ready.booked("Online")
    absent = ReportOutcome(
        by=ASSESSMENT,
        at=ready.service.clock(),
        booking=booking,
        attendance=Attendance.ABSENT,
    )
    ready.service.send(absent)
    return ValidRequest(by="assessment", about={"booking": booking})


def submitted(ready: Ready) -> ValidRequest:
    learner, _ = ready.registered()
    claim = ready.claim(**{learner: (*MANDATORY, *OPTIONAL)})
    ready.ask("POST", f"/claims/{claim}/submit")
    return ValidRequest(about={"claim": claim}, body={**REASON, "learner": learner})


def certificated(ready: Ready) -> ValidRequest:
    learner, _ = ready.registered()
    claim = ready.submitted(**{learner: (*MANDATORY, *OPTIONAL)})
    number = claim["learners"][0]["certificate"]
    return ValidRequest(by="specialist", about={"certificate": number})


def linking(ready: Ready) -> Mapping[str, Any]:
    return {"product": PRODUCT, "learners": [{"learner": ready.registered("FOOD")[0]}]}


VALID_REQUESTS: Mapping[str, Callable[[Ready], ValidRequest]] = {
    "POST /tokens": lambda r: ValidRequest(
        by=None, body={"user": r.things.called["name"], "password": SIGNED_IN}
    ),
    "PUT /me/password": lambda r: ValidRequest(
        by=r.things.called["name"],
        body={"current": SIGNED_IN, "new": "quite another pass phrase"},
    ),
    "PUT /me/pin": lambda _: ValidRequest(by="assessor.riverside"),
    "DELETE /centres/{number}/approvals/{product}": lambda _: ValidRequest(
        by="specialist", about={"product": SUSPENDED}, body=REASON
    ),
    "POST /learners/{learner}/erase": lambda r: ValidRequest(
        by="specialist", about={"learner": r.learner("Gone")}, body=REASON
    ),
    "POST /learners/{learner}/transfer": lambda r: ValidRequest(
        by="specialist",
        about={"learner": r.learner("Moving")},
        body={**REASON, "centre": HILLSIDE},
    ),
    "DELETE /orders/{order}": lambda r: ValidRequest(
        about={"order": r.draft(r.learner("Dropped"))["order"]}
    ),
    "DELETE /claims/{claim}": lambda r: ValidRequest(
        about={"claim": r.claim(**{r.spare(): MANDATORY[:1]})}
    ),
    "POST /centres": lambda _: ValidRequest(
        by="specialist", body={"number": "90210", "name": "New College", **REASON}
    ),
    "POST /learner-groups/{group}/invalid.xlsx": corrected,
    "POST /learner-groups": lambda _: ValidRequest(
        body={"name": "Winter 2026", "file": csv_file(cells(uln=""))}
    ),
    "POST /learner-groups/{group}/undo": lambda r: ValidRequest(
        about={"group": r.uploaded("Undone", csv_file(cells(uln="")))}
    ),
    "PUT /learner-groups/{group}/mapping": lambda r: ValidRequest(
        about={"group": r.uploaded("Mapped", ILR.encode(), until=0)},
        body={
            "given_name": "GivenNames",
            "family_name": "FamilyName",
            "date_of_birth": "DateOfBirth",
        },
    ),
    "PUT /learner-groups/{group}/encoding": lambda r: ValidRequest(
        about={
            "group": r.uploaded(
                "Read", csv_file(cells(uln="")).decode().encode("mac-roman")
            )
        },
        body={"encoding": "mac-roman"},
    ),
    "PATCH /learner-groups/{group}/records/{row}": lambda r: ValidRequest(
        about={"group": r.uploaded("Put right", csv_file(cells())), "row": "2"},
        body={"given_name": "Zoë"},
    ),
    "DELETE /learner-groups/{group}/records/{row}": lambda r: ValidRequest(
        about={"group": r.uploaded("Left out", csv_file(cells())), "row": "2"}
    ),
    "POST /learners": lambda _: ValidRequest(body=LEARNER),
    "PATCH /learners/{learner}": lambda r: ValidRequest(
        about={"learner": r.spare()}, body={"email": "ada@example.org"}
    ),
    "PUT /learners/{learner}/photograph": lambda _: ValidRequest(body=PHOTOGRAPH),
    "PUT /learners/{learner}/signature": lambda _: ValidRequest(body=PHOTOGRAPH),
    "PUT /orders/{order}/learners": lambda r: ValidRequest(body=linking(r)),
    "POST /orders/{order}/learners": lambda r: ValidRequest(body=linking(r)),
    "DELETE /orders/{order}/learners/{learner}": lambda r: ValidRequest(
        about={"learner": r.spare()}
    ),
    "POST /orders/{order}/confirm": lambda r: ValidRequest(
        about={"order": r.draft(r.learner("Ordered"))["order"]},
        body={"total": "98.00"},
    ),
    "POST /registrations/{registration}/cancel": lambda r: ValidRequest(
        about={"registration": r.registered()[1]}, body=REASON
    ),
    "GET /registrations/{registration}/pathway": lambda r: ValidRequest(
        about={"registration": r.registered("FOOD")[1]}, query={"pathway": "FRONT"}
    ),
    "POST /registrations/{registration}/pathway": lambda r: ValidRequest(
        by="specialist",
        about={"registration": r.registered("FOOD")[1]},
        body={**REASON, "pathway": "FRONT"},
    ),
    "POST /claims": lambda r: ValidRequest(
        body={
            "qualification": PRODUCT,
            "units": [*MANDATORY],
            "learners": [r.spare()],
            "awards": [award(r.spare(), MANDATORY[:1])],
        }
    ),
    "PUT /claims/{claim}/learners": lambda r: ValidRequest(
        body={"learners": [r.spare()]}
    ),
    "PUT /claims/{claim}/grades": lambda r: ValidRequest(
        body={"awards": [award(r.spare(), MANDATORY[:1])]}
    ),
    "POST /claims/{claim}/withdraw": submitted,
    "POST /certificates/{number}/printing": certificated,
    "POST /certificates/{number}/reissue": certificated,
    "POST /certificates/{number}/revoke": certificated,
    "GET /ineligible-learners/{claim}/{learner}": lambda r: ValidRequest(
        about={"claim": r.things.called["claim"]}
    ),
    "POST /eligibility": lambda _: ValidRequest(
        body={"qualification": "Q-0005001227", "grades": {"L/506/1788": "P"}}
    ),
    "POST /entry-orders": lambda r: ValidRequest(body={"entries": r.entries()}),
    "POST /orders": lambda _: ValidRequest(
        body={"purchase_order_number": "PO-2026-117"}
    ),
    "DELETE /entry-orders/{entry_order}": lambda r: ValidRequest(
        about={"entry_order": r.draft_entry_order()}
    ),
    "PUT /entry-orders/{entry_order}/entries": lambda r: ValidRequest(
        about={"entry_order": r.draft_entry_order([])}, body={"entries": r.entries()}
    ),
    "POST /entry-orders/{entry_order}/entries": lambda r: ValidRequest(
        about={"entry_order": r.draft_entry_order()}, body={"entries": r.entries()}
    ),
    "PATCH /entry-orders/{entry_order}/entries/{learner}": lambda r: ValidRequest(
        about=r.drawn_for(), body={"extra_time": 25}
    ),
    "DELETE /entry-orders/{entry_order}/entries/{learner}": lambda r: ValidRequest(
        about=r.drawn_for(), query={"confirm_loss": "true"}
    ),
    "PUT /entry-orders/{entry_order}/purchase-order-number": lambda r: ValidRequest(
        about={"entry_order": r.draft_entry_order()}
    ),
    "POST /entry-orders/{entry_order}/confirm": lambda r: ValidRequest(
        about={"entry_order": r.draft_entry_order()}, body={"total": "14.50"}
    ),
    "POST /bookings/{booking}/outcome": lambda r: ValidRequest(
        by="assessment",
        about={"booking": r.booked("Online")},
    ),
    "POST /sittings/room": lambda _: ValidRequest(
        body={"unit": TEST, "starts": WHEN, "room": "Hall B"}
    ),
    "POST /bookings/{booking}/outcome/correction": missed,
    "PATCH /bookings/{booking}": lambda _: ValidRequest(
        body={"starts": "2026-12-11T10:00"}
    ),
    "POST /bookings/{booking}/launch": lambda r: ValidRequest(
        about={"booking": r.booked("Online")}
    ),
    "POST /launch/{booking}/{secret}": launched,
    "POST /bookings/{booking}/package": lambda r: ValidRequest(
        about={"booking": r.things.called["offline"]},
        body={"pin": PIN, "client": r.things.called["client"]},
    ),
    "POST /bookings/{booking}/answers": sent_back,
    "POST /invoice-lines/statuses": lambda _: ValidRequest(by="invoicing"),
    "POST /invoice-lines/{line}/status": lambda _: ValidRequest(
        by="invoicing", body={"status": "Invoiced", "invoice": "INV-1"}
    ),
}
"""Where the examples of the document would not do, by what is made for it first."""


def valid_request(operation: Operation, ready: Ready) -> ValidRequest:
    """Find the way to have an operation done; what it needs is made first."""
    label = f"{operation.method.upper()} {operation.path.removeprefix(API)}"
    way = (
        VALID_REQUESTS[label](ready)
        if label in VALID_REQUESTS
        else ValidRequest(by=usual(operation))
    )
    body = operation.body if way.body is None else way.body
    query = {**operation.required(names_of(ready.things)), **way.query}
    return replace(way, body=body, query=query)


def usual(operation: Operation) -> str:
    """Say who does such a thing, if it is nobody's business at the centre."""
    if operation.path.endswith("/events") and not operation.parameters:
        return "auditor"
    if "/audit/" in operation.path:
        return "auditor"
    is_official = any(each in operation.path for each in OFFICIAL)
    changes = operation.method != "get"
    return "specialist" if is_official and changes else "admin.riverside"
