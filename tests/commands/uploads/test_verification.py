"""Records are put to LRS: each answer, each silence, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from aggregates.learners.details import Details
from aggregates.learners.verification import (
    Code,
    Outcome,
    PostponedReason,
    VerificationAnswer,
    VerificationStatus,
)
from aggregates.uploads.record import RecordState
from aggregates.uploads.upload_progress import UploadStatus
from aggregates.uploads.upload_refusals import NothingReady
from commands.uploads import verification
from events.learners.verification import UlnVerificationPostponed, UlnVerified
from store import EventStore
from tests.clock import Clock
from tests.commands.upload_centre import UploadCentre
from tests.learner_examples import (
    OTHER_ULN,
    THIRD_ULN,
    ULN,
    cells,
    csv_file,
    made_ulns,
    strangers,
)

MATCH = VerificationAnswer(code=Code.MATCH)
ANOMALY = VerificationAnswer(code=Code.NO_MATCH, flags=("VRF1",))


@dataclass
class Lrs:
    """LRS as a test tells it: an outcome by ULN, a match for any other."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    answers: int = 10**6

    def __call__(self, learners: Sequence[Details]) -> Sequence[Outcome]:
        return [self._ask(details.uln or "") for details in learners]

    def _ask(self, uln: str) -> Outcome:
        self.asked.append(uln)
        if len(self.asked) > self.answers:
            return None
        return self.outcomes.get(uln, MATCH)


@pytest.fixture
def lrs() -> Lrs:
    return Lrs()


@pytest.fixture
def upload_centre(store: EventStore, clock: Clock, lrs: Lrs) -> UploadCentre:
    return UploadCentre(store=store, now=clock, verify=lrs)


def heard(store: EventStore) -> list[UlnVerified | UlnVerificationPostponed]:
    kinds = (UlnVerified, UlnVerificationPostponed)
    log = store.log(after=0, limit=1000)
    return [r.event for r in log if isinstance(r.event, kinds)]


def test_every_right_record_with_a_uln_is_verified_and_no_other(
    upload_centre: UploadCentre, lrs: Lrs
) -> None:
    """U7: one whose ULN, or anything, is wrong is not."""
    rows = strangers(
        cells(),
        cells(uln=""),
        cells(uln="9999999999"),
        cells(uln="1000102508"),
        cells(uln=OTHER_ULN, family_name=""),
        cells(uln=THIRD_ULN),
    )
    group = upload_centre.checked(*rows)
    assert lrs.asked == [ULN, THIRD_ULN]
    valid, invalid = RecordState.VALID, RecordState.INVALID
    states = [valid, valid, valid, invalid, invalid, valid]
    assert [*upload_centre.states(group).values()] == states
    assert upload_centre.shown(group).to_verify == 2


def test_an_anomaly_makes_a_record_invalid_and_counts_so(
    upload_centre: UploadCentre, lrs: Lrs
) -> None:
    """U6, U7."""
    lrs.outcomes[ULN] = ANOMALY
    group = upload_centre.checked(*strangers(cells(), cells(uln=OTHER_ULN)))
    assert upload_centre.states(group) == {2: RecordState.INVALID, 3: RecordState.VALID}
    shown = upload_centre.shown(group)
    assert (shown.valid, shown.invalid, shown.progress) == (1, 1, 50)
    upload_centre.submit(group)
    upload_centre.add(group)
    assert len(upload_centre.shown(group).learners) == 1


def test_lrs_down_half_way_leaves_what_is_done_done_and_the_others_waiting(
    upload_centre: UploadCentre,
    lrs: Lrs,
    store: EventStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """U7: the check is over without it, and nobody who waits is passed."""
    monkeypatch.setattr(verification, "AT_A_TIME", 2)
    lrs.answers = 3
    group = upload_centre.checked(*strangers(*(cells(uln=uln) for uln in made_ulns(9))))
    assert upload_centre.shown(group).status is UploadStatus.CHECKED
    states = [*upload_centre.states(group).values()]
    assert states == [RecordState.VALID] * 3 + [RecordState.NOT_VERIFIED] * 6
    assert len(heard(store)) == 3
    upload_centre.submit(group)
    upload_centre.add(group)
    assert len(upload_centre.shown(group).learners) == 3
    lrs.answers = 10**6
    upload_centre.verify_again(group, *range(5, 11))
    assert len(heard(store)) == 9 + 3  # those of the first learners are copies
    upload_centre.submit(group)
    upload_centre.add(group)
    assert len(upload_centre.shown(group).learners) == 9


def test_a_failure_is_recorded_with_its_reason_and_the_answer_after_it(
    upload_centre: UploadCentre, lrs: Lrs, store: EventStore
) -> None:
    """U7."""
    lrs.outcomes[ULN] = PostponedReason.OUT_OF_HOURS
    group = upload_centre.checked(cells())
    lrs.outcomes[ULN] = PostponedReason.UNREACHABLE
    upload_centre.verify_again(group, 2)
    with pytest.raises(NothingReady):
        upload_centre.submit(group)
    lrs.outcomes[ULN] = MATCH
    upload_centre.verify_again(group, 2)
    upload_centre.verify_again(group, 2)
    assert [getattr(event, "why", "") for event in heard(store)] == [
        "out-of-hours",
        "unreachable",
        "",
    ]
    assert upload_centre.states(group) == {2: RecordState.VALID}


def test_details_that_lrs_refuses_keep_only_their_own_record(
    upload_centre: UploadCentre, lrs: Lrs
) -> None:
    """U7."""
    lrs.outcomes[ULN] = PostponedReason.REQUEST_REFUSED
    group = upload_centre.checked(*strangers(cells(), cells(uln=OTHER_ULN)))
    states = {2: RecordState.NOT_VERIFIED, 3: RecordState.VALID}
    assert upload_centre.states(group) == states


def test_a_record_that_is_put_right_is_verified_at_once(
    upload_centre: UploadCentre, lrs: Lrs
) -> None:
    """U7, U8: in the same answer, if what LRS is told was amended."""
    lrs.outcomes[ULN] = ANOMALY
    group = upload_centre.checked(cells())
    upload_centre.put_right(group, 2, email="new@example.org")
    assert lrs.asked == [ULN]
    assert upload_centre.states(group) == {2: RecordState.INVALID}
    upload_centre.put_right(group, 2, uln=OTHER_ULN)
    assert lrs.asked == [ULN, OTHER_ULN]
    assert upload_centre.states(group) == {2: RecordState.VALID}


def test_a_record_put_right_while_lrs_is_down_waits(
    upload_centre: UploadCentre, lrs: Lrs
) -> None:
    """U7."""
    group = upload_centre.checked(cells(uln="1000102508"))
    lrs.outcomes[ULN] = PostponedReason.UNREACHABLE
    upload_centre.put_right(group, 2, uln=ULN)
    assert upload_centre.states(group) == {2: RecordState.NOT_VERIFIED}


def test_a_record_whose_twin_is_gone_is_verified_at_once(
    upload_centre: UploadCentre, lrs: Lrs
) -> None:
    """U6, U7: and one that still has another is not."""
    group = upload_centre.checked(*strangers(cells(), cells(), cells()))
    upload_centre.remove(group, 2)
    assert lrs.asked == []
    upload_centre.put_right(group, 3, uln="")
    assert lrs.asked == [ULN]
    assert upload_centre.states(group)[4] is RecordState.VALID


def test_without_lrs_records_are_checked_as_they_are(
    upload_centre: UploadCentre, lrs: Lrs
) -> None:
    """U7: and say that nothing was verified."""
    without = replace(upload_centre, verify=None)
    group = without.checked(cells())
    assert without.states(group) == {2: RecordState.VALID}
    assert without.shown(group).to_verify is None
    assert lrs.asked == []


def test_lrs_turned_off_in_the_middle_of_a_check_leaves_the_rest_waiting(
    upload_centre: UploadCentre,
) -> None:
    """U7: never passed; the check ends all the same."""
    group = upload_centre.upload(csv_file(cells()))
    upload_centre.check_rows(group)
    without = replace(upload_centre, verify=None)
    without.check(group)
    assert without.states(group) == {2: RecordState.NOT_VERIFIED}
    without.verify_again(group, 2)
    assert without.states(group) == {2: RecordState.NOT_VERIFIED}


def test_a_learner_made_known_alone_is_verified_with_it(
    upload_centre: UploadCentre, lrs: Lrs, store: EventStore
) -> None:
    """U7, L1: in one append; an anomaly does not keep them from being known."""
    lrs.outcomes[ULN] = ANOMALY
    name = upload_centre.create()
    assert store.head() == 2
    found = upload_centre.learner(name).verification
    assert (found.status, found.answer) == (VerificationStatus.ANOMALY, ANOMALY)
    upload_centre.amend(name, postcode="RG1 4PN")
    assert lrs.asked == [ULN]
    upload_centre.amend(name, uln=OTHER_ULN)
    assert lrs.asked == [ULN, OTHER_ULN]
    assert upload_centre.learner(name).verification.answer == MATCH


def test_a_learner_whom_lrs_does_not_answer_about_waits_and_is_asked_about_again(
    upload_centre: UploadCentre, lrs: Lrs
) -> None:
    """U7, L1."""
    lrs.outcomes = {ULN: PostponedReason.UNREACHABLE, OTHER_ULN: None}
    rows = strangers(cells(), cells(uln=OTHER_ULN), cells(uln=""))
    names = [upload_centre.create(row) for row in rows]
    found = [upload_centre.learner(name).verification for name in names]
    waiting, none = VerificationStatus.WAITING, VerificationStatus.NOT_ASKED
    assert [each.status for each in found] == [waiting, waiting, none]
    assert [each.tries for each in found] == [1, 0, 0]
    lrs.outcomes = {}
    upload_centre.verify_learners(*names)
    upload_centre.verify_learners(*names)
    found = [upload_centre.learner(name).verification for name in names]
    assert [each.answer for each in found] == [MATCH, MATCH, None]


def test_a_learner_of_a_group_is_verified_as_their_record_was(
    upload_centre: UploadCentre, lrs: Lrs
) -> None:
    """U7, U9: nobody is asked about twice."""
    linked = VerificationAnswer(code=Code.LINKED_MATCH, master_uln=THIRD_ULN)
    lrs.outcomes[ULN] = linked
    group = upload_centre.checked(cells(), cells(uln="", given_name="Zoë"))
    upload_centre.submit(group)
    upload_centre.add(group)
    found = [
        upload_centre.learner(name) for name in upload_centre.shown(group).learners
    ]
    assert [learner.verification.answer for learner in found] == [linked, None]
    assert lrs.asked == [ULN]


def test_nothing_is_asked_about_a_person_who_was_forgotten(
    upload_centre: UploadCentre, lrs: Lrs, store: EventStore
) -> None:
    """U7, H6."""
    lrs.outcomes = {
        ULN: PostponedReason.UNREACHABLE,
        OTHER_ULN: PostponedReason.UNREACHABLE,
    }
    name = upload_centre.create()
    group = upload_centre.checked(cells(uln=OTHER_ULN))
    store.forget(upload_centre.learner(name).person_id)
    store.forget(upload_centre.records(group)[2].person_id)
    asked = [*lrs.asked]
    upload_centre.verify_learners(name)
    upload_centre.verify_again(group, 2)
    assert lrs.asked == asked
