"""The history of each kind of thing says what became of what (H1, H2)."""

from collections.abc import Generator

import pytest

from api.history.history import ROUTES
from tests.api.busy_centre import WHOLE, WHY, BusyCentre, busy_centre
from tests.api.running import clients, running
from tests.api.seeded_centre import MANDATORY
from tests.clock import Clock


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Generator[BusyCentre]:
    folder = tmp_path_factory.mktemp("busy")
    clock = Clock()
    with (
        running(f"sqlite:///{folder / 'data'}", folder / "key", clock) as service,
        clients(service) as client_as,
    ):
        yield busy_centre(service, client_as, clock, 1)


def learner(at: BusyCentre) -> str:
    changed = at.learner(postcode="OX4 1AB")
    at.admin.ask("PATCH", f"/learners/{changed}", json={"postcode": "OX4 1AC"})
    return changed


def group(at: BusyCentre) -> str:
    path = at.uploaded()
    at.admin.ask("POST", f"{path}/undo")
    return path.rpartition("/")[2]


def order(at: BusyCentre) -> str:
    one, two = at.learner(), at.learner()
    begun = str(at.admin.draft(one, two)["order"])
    number = {"number": "PO 2", "product": None}
    at.admin.ask("PUT", f"/orders/{begun}/purchase-order-number", json=number)
    return begun


def entry_order(at: BusyCentre) -> str:
    begun = str(at.admin.ask("POST", "/entry-orders", json={})["order"])
    path = f"/entry-orders/{begun}/purchase-order-number"
    for number in ("PO Busy", "PO 2"):
        at.admin.ask("PUT", path, json={"number": number})
    return begun


def registration(at: BusyCentre) -> str:
    _, cancelled = at.registered()
    at.admin.ask("POST", f"/registrations/{cancelled}/cancel", json=WHY)
    return cancelled


def booking(at: BusyCentre) -> str:
    amended = at.booked(hours=30)
    at.admin.ask("PATCH", f"/bookings/{amended}", json={"extra_time": 25})
    return amended


def claim(at: BusyCentre) -> str:
    begun = at.admin.claim(**{at.registered()[0]: MANDATORY})
    one = {"units": MANDATORY[:1], "confirm_loss": True}
    at.admin.ask("PUT", f"/claims/{begun}/units", json=one)
    return begun


def certificate(at: BusyCentre) -> str:
    claimed = at.admin.submitted(**{at.registered()[0]: WHOLE})
    issued = str(claimed["learners"][0]["certificate"])
    at.specialist.ask("POST", f"/certificates/{issued}/reissue", json=WHY)
    return issued


MADE = {
    "learners": (learner, "details.postcode", "OX4 1AB", "OX4 1AC"),
    "learner-groups": (group, "status", "checked", "undone"),
    "orders": (order, "purchase_order", "PO Busy", "PO 2"),
    "entry-orders": (entry_order, "purchase_order", "PO Busy", "PO 2"),
    "registrations": (registration, "is_cancelled", False, True),
    "bookings": (booking, "extra_time", 0, 25),
    "claims": (claim, "units", [*WHOLE], [MANDATORY[0]]),
    "certificates": (certificate, "superseded_by", None, ...),
}


@pytest.mark.parametrize("path", [route.path for route in ROUTES])
def test_each_kind_of_thing_has_a_history_with_before_and_after(
    at: BusyCentre, path: str
) -> None:
    """H1, H2: the last of it is what was amended or cancelled."""
    make, field, before, after = MADE[path]
    told = at.admin.ask("GET", f"/{path}/{make(at)}/events")["items"]
    assert all(each["sentence"] and each["user"] and each["role"] for each in told)
    (change,) = [c for c in told[-1]["changes"] if c["field"] == field]
    assert change["before"] == before
    assert change["after"] != before
    assert after in (change["after"], ...)
