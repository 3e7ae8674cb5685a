"""A learner's timeline: given these events, then this is told (H1, H2)."""

from datetime import date
from decimal import Decimal

import pytest

from events.event import Event
from events.identifier import stream_of
from events.learners.duplicate import Decision, DuplicateDecided
from events.learners.learner import LearnerIdentityAmended
from events.orders.order import (
    ConfirmedLine,
    OrderBegun,
    OrderConfirmed,
    OrderCourseDatesSet,
    OrderLearnersLinked,
    OrderLearnersUnlinked,
    OrderProductsAdded,
    OrderPurchaseOrderNumberGiven,
)
from events.refusal import CommandRefused
from events.uploads.upload import (
    Problem,
    RecordAmended,
    RecordBecameLearner,
    RecordConfirmed,
    RecordLinked,
)
from projections.history.history import FieldChange
from projections.history.learner_streams import READ_MODEL
from projections.history.redaction import ANOTHER
from projections.history.timeline import SEVERAL, TimelineEntry, timeline
from projections.read_models import ReadModels
from store import Actor, EventStore
from tests.learner_examples import GROUP, PERSON, learner_created, record_read
from tests.order_examples import ANN, BEN, CAT, ORDER, SINGLE, TERM, YEAR
from tests.projections.conftest import OpenReadModels

RIVERSIDE, HILLSIDE = "48213", "50107"
BY = Actor(user="ann", role="Assessor", centre=RIVERSIDE, channel="api")
RECORD = f"{GROUP}/2"
REFUSALS = f"refusals:{ORDER}"
BEGUN = OrderBegun(order=ORDER, centre=RIVERSIDE)
ADDED = OrderProductsAdded(products=(SINGLE,))


def linked(*learners: str) -> OrderLearnersLinked:
    return OrderLearnersLinked(product=SINGLE, learners=dict.fromkeys(learners))


def dated(*learners: str) -> OrderCourseDatesSet:
    return OrderCourseDatesSet(dates=TERM, product=SINGLE, learners=learners)


def refused(message: str, code: str = "Why") -> CommandRefused:
    return CommandRefused(
        subject=ORDER,
        command="confirm an order",
        code=code,
        person_id=stream_of(ORDER),
        message=message,
    )


class Timelines:
    """A store, and the timelines that are told from it."""

    def __init__(self, store: EventStore, read_models: ReadModels) -> None:
        self.store, self.read_models = store, read_models

    def record(self, name: str, *events: Event, owner: str = RIVERSIDE) -> None:
        stream = self.store.open(stream_of(name))
        self.store.append(stream.change(events, owner=owner), by=BY)

    def entries(
        self, learner: str = ANN, *, centre: str | None = None
    ) -> list[TimelineEntry]:
        self.read_models.catch_up()
        return self.shown(learner, centre=centre)

    def shown(
        self, learner: str = ANN, *, centre: str | None = None
    ) -> list[TimelineEntry]:
        with self.read_models.connection() as rows:
            return timeline(self.store, rows, learner, centre=centre)


@pytest.fixture
def told(any_store: EventStore, open_read_models: OpenReadModels) -> Timelines:
    told = Timelines(any_store, open_read_models(READ_MODEL, is_started=False))
    told.record(ANN, learner_created(learner=ANN))
    return told


def topics(entries: list[TimelineEntry]) -> list[str]:
    return [entry.event for entry in entries]


def test_what_the_rows_have_not_come_to_is_not_told_in_part(told: Timelines) -> None:
    """H1: or a later part of the list would begin beyond what is still to come."""
    told.record(ORDER, BEGUN, ADDED, linked(ANN))
    known = told.entries()
    told.record(ORDER, dated(ANN))
    amended = LearnerIdentityAmended(
        person_id=PERSON,
        given_name="Ann",
        family_name="Reid",
        date_of_birth=date(2006, 3, 27),
    )
    told.record(ANN, amended)
    assert told.shown() == known
    later = ["order.course-dates-set", "learner.identity-amended"]
    assert topics(told.entries())[len(known) :] == later


def test_what_an_order_says_of_others_is_no_part_of_it(told: Timelines) -> None:
    """H2: dates for others alone are none for all."""
    told.record(ORDER, BEGUN, ADDED, linked(ANN, BEN), dated(BEN), dated(ANN, BEN))
    told.record(ORDER, OrderLearnersUnlinked(product=SINGLE, learners=(BEN,)))
    told.record(ORDER, OrderLearnersUnlinked(product=SINGLE, learners=(ANN, CAT)))
    told.record(ORDER, OrderCourseDatesSet(dates=YEAR, product=None))
    _, on, dates, off = told.entries()
    assert (on.kind, on.identifier, on.data["learners"]) == (
        "order",
        ORDER,
        {ANN: None},
    )
    place = f"lines.{SINGLE}.learners.{ANN}"
    starts = f"{place}.dates.starts"
    assert FieldChange(field=starts, before=None, after="2027-01-04") in dates.changes
    assert off.data["learners"] == (ANN,)
    assert FieldChange(field=starts, before="2027-01-04", after=None) in off.changes


def test_what_changes_while_the_learner_is_on_an_order_is_told(told: Timelines) -> None:
    """H2."""
    everybody = OrderCourseDatesSet(dates=YEAR, product=None)
    told.record(ORDER, BEGUN, everybody, ADDED, linked(ANN), everybody, dated())
    assert topics(told.entries())[1:] == [
        "order.learners-linked",
        "order.course-dates-set",
    ]


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (f"{ANN} is registered already.", f"{ANN} is registered already."),
        (f"{ANN} and {BEN} are registered already.", SEVERAL),
        (f"{BEN} is registered already.", None),
        ("The price has changed.", None),
    ],
)
def test_a_refusal_is_told_to_whom_it_names_and_says_nothing_of_others(
    told: Timelines, message: str, shown: str | None
) -> None:
    """H4."""
    told.record(ORDER, BEGUN, ADDED, linked(ANN, BEN))
    told.record(REFUSALS, refused(message))
    found = [e for e in told.entries() if e.event == "command.refused"]
    assert [e.data["message"] for e in found] == ([shown] if shown else [])


def test_the_row_that_a_learner_came_from_is_told_whole(told: Timelines) -> None:
    """U8, H2: others whom it is like are not named."""
    like = Problem(column="family_name", code="like-learner", learners=(BEN,))
    told.record(
        RECORD,
        record_read(warnings=(like,)),
        RecordConfirmed(learners=(BEN,)),
        RecordBecameLearner(learner=ANN),
    )
    read, said, became = told.entries()[1:]
    assert (read.kind, read.identifier) == ("record", RECORD)
    assert read.data["warnings"][0]["learners"] == (ANOTHER,)
    assert said.sentence == (
        f"It was confirmed that the row is a person of their own, not {ANOTHER}."
    )
    assert became.changes[0].after == ANN


def test_of_a_row_that_is_somebody_else_only_what_names_the_learner_is_told(
    told: Timelines,
) -> None:
    """H1: nothing that is written in it."""
    like = Problem(column="family_name", code="like-learner", learners=(ANN, BEN))
    read = record_read(warnings=(like,))
    told.record(
        RECORD,
        read,
        RecordLinked(learner=ANN),
        RecordAmended(
            person_id=PERSON, cells=read.cells, problems=(), warnings=(like,)
        ),
        RecordConfirmed(learners=(ANN, BEN)),
        RecordBecameLearner(learner=CAT),
    )
    assert topics(told.entries())[1:] == ["record.linked", "record.confirmed"]
    assert not any(entry.changes for entry in told.entries()[1:])
    assert BEN not in str(told.entries())


@pytest.mark.parametrize(
    ("centre", "sees_both"), [(None, True), (RIVERSIDE, True), (HILLSIDE, False)]
)
def test_what_was_decided_of_a_pair_names_the_other_to_who_may_know_both(
    told: Timelines, centre: str | None, *, sees_both: bool
) -> None:
    """H1: and says why to them alone."""
    pair = f"duplicate:{ANN}:{BEN}"
    decided = DuplicateDecided(
        first=ANN,
        second=BEN,
        centre=RIVERSIDE,
        decision=Decision.DIFFERENT,
        person_id=stream_of(pair),
        reason="They are twins.",
    )
    told.record(pair, decided)
    (_, entry) = told.entries(centre=centre)
    assert (entry.kind, entry.identifier) == ("duplicate", ANN)
    assert (BEN in str(entry)) is sees_both
    assert ("twins" in str(entry)) is sees_both
    assert "decided: different." in entry.sentence


def test_a_learner_of_another_centre_now_has_all_that_happened_before(
    told: Timelines,
) -> None:
    """H2: whoever each event belongs to."""
    told.record(ORDER, BEGUN, ADDED, linked(ANN))
    elsewhere = "O-0000000002"
    begun = OrderBegun(order=elsewhere, centre=HILLSIDE)
    told.record(elsewhere, begun, ADDED, linked(ANN), owner=HILLSIDE)
    found = told.entries(centre=HILLSIDE)
    assert [e.identifier for e in found] == [ANN, ORDER, elsewhere]
    assert found == told.entries(centre=RIVERSIDE)


@pytest.mark.parametrize(
    ("centre", "is_told"), [(None, True), (RIVERSIDE, True), (HILLSIDE, False)]
)
def test_what_was_paid_is_told_to_whose_order_it_was_and_who_sees_all(
    told: Timelines, centre: str | None, *, is_told: bool
) -> None:
    """L6, H2: as data, as a sentence and as what changed; and what was refused of it."""
    line = ConfirmedLine(
        product=SINGLE,
        price=Decimal("98.00"),
        rules_version=1,
        purchase_order="PO-7",
        registrations={ANN: "R-0000000001", BEN: "R-0000000002"},
    )
    number = OrderPurchaseOrderNumberGiven(number="PO-7", product=None)
    confirmed = OrderConfirmed(lines=(line,), total=Decimal("196.00"))
    told.record(ORDER, BEGUN, ADDED, linked(ANN, BEN), number, confirmed)
    dearer = f"{ANN} is registered. It comes to £98.00 now."
    told.record(REFUSALS, refused(dearer, code="OrderIncomplete"))
    found = told.entries(centre=centre)
    assert ("command.refused" in topics(found)) is is_told
    assert ("98.00" in str(found)) is is_told
    assert ("PO-7" in str(found)) is is_told
    (last,) = [each for each in found if each.event == "order.confirmed"]
    at = " at £98.00" if is_told else ""
    assert last.sentence == f"The order was confirmed{at}: 1 product."
    assert last.data["lines"][0]["registrations"] == {ANN: "R-0000000001"}
