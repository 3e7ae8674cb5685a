"""Claims submitted, withdrawn and processed: atomically, and once."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aggregates.claim_refusals import (
    ClaimHasMoved,
    ClaimIsProcessed,
    NobodyToSubmit,
    RegisteredMeanwhile,
)
from aggregates.claimable import NotClaimable
from aggregates.registration import Status
from aggregates.standing import Standing
from catalogue import Catalogue
from commands import claim_submission
from commands.certificate import RecordPrinting
from commands.claim_submission import PATIENCE, SubmitClaim
from commands.command import Desk, handle
from events.certificate import CertificateIssued, CertificatePrinted
from events.identifier import Kind, stream_of
from events.registration import OutcomesRecorded
from store import Actor, Change, Conflict, EventStore, Position, Stream
from tests.claim_examples import (
    A1,
    A2,
    ANN,
    ANNS,
    B1,
    BEN,
    BENS,
    CLAIM,
    ENOUGH,
    OTHER_RULES,
    REFERENCE,
    award,
    qualification,
)
from tests.commands.office import ADMINISTRATOR, COLLEAGUE, SERVICE, Office

A_MOMENT = timedelta(microseconds=1)


class Interrupted(EventStore):
    """A store in which something happens just before each append."""

    def __init__(
        self, store: EventStore, interruptions: list[Callable[[], object]]
    ) -> None:
        vars(self).update(vars(store))
        self.interruptions = interruptions

    def append(
        self, *changes: Change, by: Actor, unchanged: Iterable[Stream] = ()
    ) -> Position | None:
        if self.interruptions:
            self.interruptions.pop(0)()
        return super().append(*changes, by=by, unchanged=unchanged)


def submit_while(
    office: Office,
    claim: str,
    *interruptions: Callable[[], object],
    expect: int | None = None,
) -> None:
    """Submit a claim while, before each attempt to append, something else happens."""
    desk = Desk(
        store=Interrupted(office.store, list(interruptions)), catalogue=office.catalogue
    )
    command = SubmitClaim(by=ADMINISTRATOR, at=office.now(), claim=claim, expect=expect)
    handle(command, desk)


def why(office: Office, claim: str, learner: str) -> list[tuple[str, str]]:
    withheld = office.claim(claim).learners[learner].withheld
    assert withheld is not None
    return [(reason.code, reason.message) for reason in withheld.reasons]


def test_eligible_learners_are_submitted_and_the_others_kept_with_reasons(
    office: Office,
) -> None:
    """M10."""
    claim = office.begin({ANN: award(), BEN: award(grades={A1: "P"})})
    office.submit(claim)
    assert office.standings(claim) == {
        ANN: Standing.SUBMITTED,
        BEN: Standing.UNSUBMITTED,
    }
    assert [code for code, _ in why(office, claim, BEN)] == [
        "units-missing",
        "credits-short",
    ]


@pytest.mark.parametrize(
    ("award_type", "status"),
    [
        ("Full", Status.COMPLETED),
        ("Fallback", Status.COMPLETED),
        ("Interim", Status.ACTIVE),
    ],
)
def test_full_and_fallback_complete_the_registration_and_interim_does_not(
    office: Office, award_type: str, status: Status
) -> None:
    """M7, M8, M9."""
    office.submit(office.begin({ANN: award(award_type)}))
    assert office.status(ANNS) is status


def test_a_completed_product_can_be_ordered_again(office: Office) -> None:
    """O6: one Active registration a learner and product, and this one is over."""
    office.submit(office.begin({ANN: award()}))
    assert office.holder(ANN) is None
    office.register(ANN, "R-again")
    assert office.holder(ANN) == stream_of("R-again")


def test_an_ineligible_learner_is_fixed_and_submitted_again(office: Office) -> None:
    """M10, I2."""
    claim = office.begin({ANN: award(), BEN: award(grades={A1: "P"})})
    office.submit(claim)
    office.save(claim, {BEN: award()})
    office.submit(claim)
    assert office.standings(claim) == {ANN: Standing.SUBMITTED, BEN: Standing.SUBMITTED}
    with pytest.raises(NobodyToSubmit):
        office.submit(claim)


def test_an_interim_is_followed_by_a_full_without_typing_units_again(
    office: Office,
) -> None:
    """M12, M14."""
    first = office.begin({ANN: award("Interim", grades={A1: "P", A2: "P"})})
    office.submit(first)
    office.process(first)
    second = office.begin({ANN: award(grades={B1: "P"})})
    office.submit(second)
    granted = office.claim(second).learners[ANN].granted
    assert granted is not None
    assert granted.grades == ENOUGH
    assert office.status(ANNS) is Status.COMPLETED


def test_a_qualification_that_may_no_longer_be_claimed_is_not_submitted(
    office: Office,
) -> None:
    """M2."""
    claim = office.begin({ANN: award()})
    ended = qualification(certification_ends=office.now().date() - timedelta(days=1))
    later = replace(office, catalogue=Catalogue(all_versions={REFERENCE: (ended,)}))
    with pytest.raises(NotClaimable, match="Certification ended"):
        later.submit(claim)
    assert OTHER_RULES.version == 1


def test_who_was_claimed_for_before_is_kept_back_with_whom_named(
    office: Office,
) -> None:
    """M15."""
    mine = office.begin({ANN: award(), BEN: award()})
    theirs = office.begin({ANN: award()}, by=COLLEAGUE)
    office.submit(theirs, by=COLLEAGUE)
    office.submit(mine)
    assert office.standings(mine) == {
        ANN: Standing.UNSUBMITTED,
        BEN: Standing.SUBMITTED,
    }
    ((code, message),) = why(office, mine, ANN)
    assert code == "claimed-by-another"
    assert message.startswith(
        "second.riverside (Centre Administrator) claimed the Full"
    )
    assert theirs in message


@pytest.mark.parametrize("award_type", ["Full", "Interim"])
def test_two_claims_for_one_learner_at_once_have_one_winner(
    office: Office, award_type: str
) -> None:
    """M15: also when either could be had after the other, as two Interims could."""
    mine = office.begin({ANN: award(award_type), BEN: award()})
    theirs = office.begin({ANN: award(award_type)}, by=COLLEAGUE)
    submit_while(office, mine, lambda: office.submit(theirs, by=COLLEAGUE))
    assert office.standings(theirs) == {ANN: Standing.SUBMITTED}
    assert office.standings(mine) == {
        ANN: Standing.UNSUBMITTED,
        BEN: Standing.SUBMITTED,
    }
    ((code, message),) = why(office, mine, ANN)
    assert code == "claimed-by-another"
    assert "second.riverside" in message


def outcomes_typed(office: Office) -> None:
    """Let a colleague record something else on a registration."""
    stream = office.store.open(stream_of(ANNS))
    version = stream.version
    event = OutcomesRecorded(claim=CLAIM, grades={A1: f"P{version}"})
    office.store.append(stream.change([event]), by=COLLEAGUE)


def test_a_registration_that_moved_is_looked_at_again(office: Office) -> None:
    """M15."""
    claim = office.begin({ANN: award()})
    moves = [lambda: outcomes_typed(office)] * (PATIENCE - 1)
    submit_while(office, claim, *moves)
    assert office.standings(claim) == {ANN: Standing.SUBMITTED}


@pytest.mark.parametrize("grades", [ENOUGH, {A1: "P"}])
def test_a_registration_that_will_not_keep_still_does_not_fail_the_claim(
    office: Office, grades: dict[str, str]
) -> None:
    """M15: one busy registration must not fail five hundred."""
    claim = office.begin({ANN: award(grades=grades), BEN: award()})
    moves = [lambda: outcomes_typed(office)] * PATIENCE
    submit_while(office, claim, *moves)
    assert office.standings(claim) == {
        ANN: Standing.UNSUBMITTED,
        BEN: Standing.SUBMITTED,
    }
    ((code, message),) = why(office, claim, ANN)
    assert code == "changed-by-another"
    assert message.startswith("second.riverside (Centre Administrator) was changing")


def test_when_the_claim_itself_moves_it_is_not_submitted_unseen(
    office: Office,
) -> None:
    """M15."""
    claim = office.begin({ANN: award()})
    with pytest.raises(ClaimHasMoved, match=r"admin\.riverside"):
        submit_while(office, claim, lambda: office.save(claim, {ANN: award("Interim")}))
    assert office.standings(claim) == {ANN: Standing.DRAFT}
    looked_at = office.store.open(stream_of(claim)).version
    with pytest.raises(Conflict):
        submit_while(
            office,
            claim,
            lambda: office.save(claim, {ANN: award("Full")}),
            expect=looked_at,
        )


def test_an_approval_that_changes_meanwhile_is_looked_at_again(office: Office) -> None:
    """M2."""
    claim = office.begin({ANN: award()})

    def approve() -> None:
        stream = office.store.open(stream_of(f"centre:{ADMINISTRATOR.centre}"))
        office.store.append(stream.change([stream.events[-1]]), by=SERVICE)

    submit_while(office, claim, approve)
    assert office.standings(claim) == {ANN: Standing.SUBMITTED}


def test_withdrawing_makes_what_was_completed_active_again(office: Office) -> None:
    """M16, C2."""
    claim = office.begin({ANN: award(), BEN: award("Interim")})
    office.submit(claim)
    office.withdraw(claim)
    for registration in (ANNS, BENS):
        assert office.status(registration) is Status.ACTIVE
        assert office.registration(registration).awards == {}
        assert office.registration(registration).outcomes == {}
    assert office.holder(ANN) == stream_of(ANNS)
    assert office.holder(BEN) == stream_of(BENS)


def test_withdrawing_for_one_learner_leaves_the_others_submitted(
    office: Office,
) -> None:
    """M16."""
    claim = office.begin({ANN: award(), BEN: award()})
    office.submit(claim)
    office.withdraw(claim, ANN)
    assert office.status(ANNS) is Status.ACTIVE
    assert office.status(BENS) is Status.COMPLETED
    assert office.standings(claim) == {
        ANN: Standing.WITHDRAWN,
        BEN: Standing.SUBMITTED,
    }


def test_withdrawing_an_interim_leaves_what_another_claim_completed(
    office: Office,
) -> None:
    """M16."""
    interim = office.begin({ANN: award("Interim", grades={A1: "P"})})
    office.submit(interim)
    full = office.begin({ANN: award()})
    office.submit(full)
    office.withdraw(interim)
    assert office.status(ANNS) is Status.COMPLETED
    assert office.holder(ANN) is None


def test_withdrawing_is_refused_where_the_learner_is_registered_again(
    office: Office,
) -> None:
    """M16, O6."""
    claim = office.begin({ANN: award()})
    office.submit(claim)
    office.register(ANN, "R-again")
    with pytest.raises(RegisteredMeanwhile, match=ANN):
        office.withdraw(claim)
    assert office.status(ANNS) is Status.COMPLETED


def test_the_reason_of_a_withdrawal_is_kept_under_the_claims_key(
    office: Office,
) -> None:
    """M16, H6."""
    claim = office.begin({ANN: award()})
    office.submit(claim)
    office.withdraw(claim)
    office.store.forget(stream_of(claim))
    withdrawn = office.store.open(stream_of(claim)).history[-1]
    assert withdrawn.is_erased
    assert office.standings(claim) == {ANN: Standing.WITHDRAWN}


@pytest.mark.parametrize(
    ("award_type", "kind"),
    [
        ("Full", "Full certificate"),
        ("Interim", "Notification of performance"),
        ("Fallback", "Unit certificate"),
    ],
)
def test_processing_issues_a_numbered_certificate(
    office: Office, award_type: str, kind: str
) -> None:
    """M13."""
    claim = office.begin({ANN: award(award_type)})
    office.submit(claim)
    office.process(claim)
    number = office.claim(claim).learners[ANN].certificate
    assert number is not None
    (issued,) = office.store.open(stream_of(number)).events
    assert isinstance(issued, CertificateIssued)
    assert (issued.kind, issued.certificate) == (kind, number)
    assert (issued.claim, issued.learner) == (claim, ANN)
    assert issued.registration == ANNS


def test_processing_twice_issues_one_certificate(office: Office) -> None:
    """M13."""
    claim = office.begin({ANN: award()})
    office.submit(claim)
    office.process(claim)
    assert office.process(claim).position is None


def test_nobody_is_processed_before_their_time(
    office: Office, clock: Callable[[], datetime]
) -> None:
    """M13: the delay is counted from the submission."""
    claim = office.begin({ANN: award()})
    office.submit(claim)
    submitted_at = office.store.open(stream_of(claim)).history[-1].recorded_at
    early = office.process(claim, submitted_by=submitted_at - A_MOMENT)
    assert early.position is None
    assert office.process(claim, submitted_by=submitted_at).position is not None
    assert clock is not None


def test_two_certificates_never_have_one_number(office: Office) -> None:
    """M13: a number that is taken is drawn again."""
    numbers = iter(["C-1", "C-1", "C-2"])
    claims = [office.begin({who: award()}) for who in (ANN, BEN)]
    desk = Desk(
        store=office.store,
        catalogue=office.catalogue,
        new_identifier=lambda kind: next(numbers) if kind is Kind.CERTIFICATE else "",
    )
    for claim in claims:
        office.submit(claim)
        command = claim_submission.ProcessClaim(
            by=SERVICE, at=office.now(), claim=claim, submitted_by=office.now()
        )
        handle(command, desk)
    issued = [
        place.certificate
        for claim in claims
        for place in office.claim(claim).learners.values()
    ]
    assert issued == ["C-1", "C-2"]


def test_who_was_withdrawn_and_left_out_does_not_hold_up_the_others(
    office: Office,
) -> None:
    """M13, M16."""
    claim = office.begin({ANN: award(), BEN: award()})
    office.submit(claim)
    office.withdraw(claim, ANN)
    office.choose(claim, [BEN, ANN])
    office.choose(claim, [BEN])
    office.process(claim)
    assert office.standings(claim) == {BEN: Standing.PROCESSED}


def test_what_is_processed_cannot_be_withdrawn(office: Office) -> None:
    """M16."""
    claim = office.begin({ANN: award()})
    office.submit(claim)
    office.process(claim)
    with pytest.raises(ClaimIsProcessed):
        office.withdraw(claim)


def test_printing_is_recorded_once(office: Office) -> None:
    """M13."""
    claim = office.begin({ANN: award()})
    office.submit(claim)
    office.process(claim)
    number = office.claim(claim).learners[ANN].certificate or ""
    command = RecordPrinting(by=SERVICE, at=office.now(), certificate=number)
    assert handle(command, office.desk).position is not None
    assert handle(command, office.desk).position is None
    assert office.store.open(stream_of(number)).events[1:] == (CertificatePrinted(),)
