"""A registration is cancelled only if nothing has come of it (C2, C3)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from aggregates.bookings.sitting import Attendance
from aggregates.catalogue_refusals import PathwayUnknown
from aggregates.registrations.cancellation import (
    CannotCancel,
    NotActive,
    charge_stands,
    conditions,
    require_cancellable,
)
from aggregates.registrations.invoice_line import InvoiceStatus
from aggregates.registrations.registration import Registration
from aggregates.registrations.registration_refusals import (
    RegistrationIsActive,
    RegistrationIsCancelled,
    RegistrationIsCompleted,
)
from aggregates.registrations.registration_state import Later, Status
from events.bookings.sitting import (
    TestBooked,
    TestCalledOff,
    TestMissed,
    TestMoved,
    TestResultAdded,
    TestTaken,
)
from events.claims.claim import Award
from events.registrations.registration import (
    AwardClaimed,
    AwardWithdrawn,
    OutcomesRecorded,
    OutcomesTakenBack,
    PathwayChanged,
    RegistrationCancelled,
)
from tests.claim_examples import (
    A1,
    A2,
    ANN,
    ANNS,
    CATALOGUE,
    REFERENCE,
    registration_made,
)

AT = datetime(2026, 12, 10, 10, tzinfo=UTC)
BOOKING, CLAIM = "B-0000000001", "AC-0000000001"
BOOKED = TestBooked(
    booking=BOOKING, unit=A1, starts=AT, ends=AT + timedelta(minutes=60)
)
TAKEN = TestTaken(booking=BOOKING)
PASS = TestResultAdded(
    booking=BOOKING, unit=A1, grade="P", is_pass=True, sat_on=date(2026, 12, 10)
)
GRADED = OutcomesRecorded(claim=CLAIM, grades={A1: "P"})
CANCELLED = RegistrationCancelled(
    registration=ANNS,
    invoice_status="Not invoiced",
    charge_stands=False,
    person_id=UUID(int=1),
    reason="Registered twice",
)
RULES = CATALOGUE.qualification(REFERENCE)


def claimed(award_type: str) -> AwardClaimed:
    return AwardClaimed(
        claim=CLAIM,
        award_type=award_type,
        award_date=date(2026, 11, 20),
        grades={A1: "P"},
        overall_grade=None,
        rules_version=1,
    )


def registered(*later: Later) -> Registration:
    made = registration_made(registration=ANNS, learner=ANN)
    return Registration.replay([made, *later])


def unmet(*later: Later) -> dict[str, tuple[str, ...]]:
    found = conditions(registered(*later))
    return {c.name: c.in_the_way for c in found if not c.is_met}


def test_a_registration_that_nothing_has_come_of_can_be_cancelled() -> None:
    """C2."""
    require_cancellable(registered())
    assert unmet() == {}


@pytest.mark.parametrize(
    ("later", "names"),
    [
        ([BOOKED], {"no-test-booked"}),
        ([BOOKED, TAKEN], {"no-test-taken"}),
        ([BOOKED, TAKEN, PASS], {"no-test-taken", "no-result"}),
        ([GRADED], {"no-outcome"}),
        ([claimed("Interim")], {"no-claim"}),
        ([GRADED, claimed("Interim")], {"no-outcome", "no-claim"}),
    ],
)
def test_each_of_the_five_conditions_stands_in_the_way_and_says_what_does(
    later: list[Later], names: set[str]
) -> None:
    """C2."""
    found = unmet(*later)
    assert found.keys() == names
    assert {way for ways in found.values() for way in ways} <= {BOOKING, CLAIM}
    with pytest.raises(CannotCancel, match="cannot be cancelled"):
        require_cancellable(registered(*later))


def test_what_keeps_a_registration_from_being_cancelled_is_said_with_the_next_step() -> (
    None
):
    """C2."""
    with pytest.raises(CannotCancel) as refused:
        require_cancellable(registered(BOOKED, GRADED))
    assert str(refused.value) == (
        f"{registered().registration} cannot be cancelled: test {BOOKING} is booked. Cancel that "
        f"booking first. Grades are saved in the claim {CLAIM}. Take them out first."
    )


def test_several_that_stand_in_the_way_are_said_as_several() -> None:
    """C2."""
    other = replace(BOOKED, booking="B-0000000002")
    assert sentences(BOOKED, other)["no-test-booked"] == (
        f"Tests {BOOKING} and B-0000000002 are booked. Cancel those bookings first."
    )


def sentences(*later: Later, processed: tuple[str, ...] = ()) -> dict[str, str]:
    found = conditions(registered(*later), processed=processed)
    return {c.name: c.sentence for c in found}


def test_a_condition_says_what_is_so_met_or_not() -> None:
    """C2: nothing is to be done first of what is met, nor what cannot be done."""
    assert sentences() == {
        "no-test-taken": "No test has been taken.",
        "no-test-booked": "No test is booked.",
        "no-result": "No result is linked.",
        "no-outcome": "No grade has been saved in a claim.",
        "no-claim": "No claim has been submitted.",
        "active": "The registration is Active.",
    }
    saved = f"Grades are saved in the claim {CLAIM}"
    assert sentences(GRADED)["no-outcome"] == f"{saved}. Take them out first."
    submitted = sentences(GRADED, claimed("Full"))
    assert submitted["no-outcome"] == f"{saved}. Withdraw it for the learner first."
    assert (
        submitted["active"] == f"The registration is Completed, by the claim {CLAIM}."
    )
    processed = sentences(GRADED, claimed("Interim"), processed=(CLAIM,))
    for name in ("no-outcome", "no-claim"):
        assert "is processed. A registration with a processed claim" in processed[name]
        assert "Withdraw" not in processed[name]
    assert "is Cancelled already" in sentences(CANCELLED)["active"]
    with pytest.raises(CannotCancel, match=f"the claim {CLAIM} is processed"):
        require_cancellable(registered(claimed("Interim")), processed=[CLAIM])


@pytest.mark.parametrize(
    "later",
    [
        [BOOKED, TestCalledOff(booking=BOOKING)],
        [BOOKED, TestMissed(booking=BOOKING)],
        [GRADED, OutcomesTakenBack(claim=CLAIM)],
        [claimed("Interim"), AwardWithdrawn(claim=CLAIM)],
        [claimed("Full"), AwardWithdrawn(claim=CLAIM)],
    ],
)
def test_what_was_cancelled_missed_taken_out_or_withdrawn_does_not_count(
    later: list[Later],
) -> None:
    """C2."""
    assert unmet(*later) == {}
    require_cancellable(registered(*later))


@pytest.mark.parametrize("later", [[claimed("Full")], [CANCELLED]])
def test_only_an_active_registration_can_be_cancelled(later: list[Later]) -> None:
    """C1."""
    with pytest.raises(NotActive, match="Only an Active"):
        require_cancellable(registered(*later))


@pytest.mark.parametrize("status", InvoiceStatus)
def test_what_is_invoiced_or_paid_stays_charged(status: InvoiceStatus) -> None:
    """C3."""
    stays = {InvoiceStatus.INVOICED, InvoiceStatus.PAID}
    assert charge_stands(status) == (status in stays)


def test_a_cancelled_registration_stays_so_and_takes_nothing_more() -> None:
    """C1."""
    cancelled = registered(CANCELLED)
    assert cancelled.status is Status.CANCELLED
    assert cancelled.record_outcomes(claim=CLAIM, grades={A1: "P"}) == []
    with pytest.raises(RegistrationIsCancelled, match="be reopened"):
        cancelled.reopen(reason="By mistake", person_id=CANCELLED.person_id)
    with pytest.raises(RegistrationIsCancelled, match="another pathway"):
        cancelled.change_pathway(
            "MAIN", rules=RULES, reason="x", person_id=CANCELLED.person_id
        )


# Reopening and pathways


def test_a_completed_registration_is_reopened_and_its_awards_stay() -> None:
    """M14."""
    done = registered(claimed("Full"))
    (reopened,) = done.reopen(reason="Claimed too early", person_id=CANCELLED.person_id)
    again = done.apply(reopened)
    assert (done.status, again.status) == (Status.COMPLETED, Status.ACTIVE)
    assert again.awards == done.awards
    second = claimed("Fallback")
    other = AwardClaimed(**{**vars(second), "claim": "AC-0000000002"})
    assert again.apply(other).status is Status.COMPLETED


def test_an_active_registration_has_nothing_to_reopen() -> None:
    """M14."""
    with pytest.raises(RegistrationIsActive):
        registered(claimed("Interim")).reopen(reason="x", person_id=CANCELLED.person_id)


def test_another_pathway_of_the_same_rules_can_be_had_while_it_is_active() -> None:
    """M11."""
    codes = [pathway.code for pathway in RULES.pathways]
    start = registered()
    other = next(code for code in codes if code != start.pathway)
    by: dict[str, Any] = {
        "rules": RULES,
        "reason": "Wrong pathway",
        "person_id": CANCELLED.person_id,
    }
    (changed,) = start.change_pathway(other, **by)
    assert isinstance(changed, PathwayChanged)
    assert start.apply(changed).pathway == other
    assert start.change_pathway(start.pathway or "", **by) == []
    with pytest.raises(PathwayUnknown, match="Choose from"):
        start.change_pathway("NONE", **by)
    with pytest.raises(RegistrationIsCompleted):
        registered(claimed("Full")).change_pathway(other, **by)


# Tests count for claims


def test_units_passed_by_test_count_without_being_typed() -> None:
    """M12."""
    state = registered(BOOKED, TAKEN, PASS)
    assert state.grades_to_date(claim=CLAIM, typed={A2: "P"}) == {A1: "P", A2: "P"}
    failed = TestResultAdded(**{**vars(PASS), "is_pass": False, "grade": "U"})
    grades = registered(BOOKED, failed).grades_to_date(claim=CLAIM, typed={})
    assert grades == {A1: "U"}
    award = Award(award_type="Interim", award_date=date(2026, 11, 20))
    assert state.assess(claim=CLAIM, award=award, rules=RULES).eligible


def test_a_test_that_is_moved_keeps_all_but_its_time() -> None:
    """B10."""
    later = AT + timedelta(days=1)
    moved = TestMoved(booking=BOOKING, starts=later, ends=later)
    sitting = registered(BOOKED, moved).sittings[BOOKING]
    assert (sitting.unit, sitting.starts, sitting.attendance) == (
        A1,
        later,
        Attendance.BOOKED,
    )
