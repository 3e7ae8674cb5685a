"""Claims submitted while something else happens: decided again on the new facts."""

from collections.abc import Callable, Iterable

import pytest

from aggregates.claims.claim_refusals import ClaimHasMoved
from aggregates.claims.claim_status import ClaimStatus
from commands.claims.claim_submission import PATIENCE, SubmitClaim
from commands.command import CommandContext, handle
from events.identifier import stream_of
from events.registrations.registration import OutcomesRecorded
from store import Actor, Change, Conflict, EventStore, Position, Stream
from tests.claim_examples import A1, ANN, ANNS, BEN, CLAIM, ENOUGH, award
from tests.commands.claim_centre import ADMINISTRATOR, COLLEAGUE, SERVICE, ClaimCentre


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
    office: ClaimCentre,
    claim: str,
    *interruptions: Callable[[], object],
    expect: int | None = None,
) -> None:
    """Submit a claim while, before each attempt to append, something else happens."""
    context = CommandContext(
        store=Interrupted(office.store, list(interruptions)), catalogue=office.catalogue
    )
    command = SubmitClaim(by=ADMINISTRATOR, at=office.now(), claim=claim, expect=expect)
    handle(command, context)


@pytest.mark.parametrize("award_type", ["Full", "Interim"])
def test_two_claims_for_one_learner_at_once_have_one_winner(
    office: ClaimCentre, award_type: str
) -> None:
    """M15: also when either could be had after the other, as two Interims could."""
    mine = office.begin({ANN: award(award_type), BEN: award()})
    theirs = office.begin({ANN: award(award_type)}, by=COLLEAGUE)
    submit_while(office, mine, lambda: office.submit(theirs, by=COLLEAGUE))
    assert office.standings(theirs) == {ANN: ClaimStatus.SUBMITTED}
    assert office.standings(mine) == {
        ANN: ClaimStatus.UNSUBMITTED,
        BEN: ClaimStatus.SUBMITTED,
    }
    ((code, message),) = office.why(mine, ANN)
    assert code == "claimed-by-another"
    assert "second.riverside" in message


def outcomes_typed(office: ClaimCentre) -> None:
    """Let a colleague record something else on a registration."""
    stream = office.store.open(stream_of(ANNS))
    version = stream.version
    event = OutcomesRecorded(claim=CLAIM, grades={A1: f"P{version}"})
    office.store.append(stream.change([event]), by=COLLEAGUE)


def test_a_registration_that_moved_is_looked_at_again(office: ClaimCentre) -> None:
    """M15."""
    claim = office.begin({ANN: award()})
    moves = [lambda: outcomes_typed(office)] * (PATIENCE - 1)
    submit_while(office, claim, *moves)
    assert office.standings(claim) == {ANN: ClaimStatus.SUBMITTED}


@pytest.mark.parametrize("grades", [ENOUGH, {A1: "P"}])
def test_a_registration_that_will_not_keep_still_does_not_fail_the_claim(
    office: ClaimCentre, grades: dict[str, str]
) -> None:
    """M15: one busy registration must not fail five hundred."""
    claim = office.begin({ANN: award(grades=grades), BEN: award()})
    moves = [lambda: outcomes_typed(office)] * PATIENCE
    submit_while(office, claim, *moves)
    assert office.standings(claim) == {
        ANN: ClaimStatus.UNSUBMITTED,
        BEN: ClaimStatus.SUBMITTED,
    }
    ((code, message),) = office.why(claim, ANN)
    assert code == "changed-by-another"
    assert message.startswith("second.riverside (Centre Administrator) was changing")


def test_when_the_claim_itself_moves_it_is_not_submitted_unseen(
    office: ClaimCentre,
) -> None:
    """M15."""
    claim = office.begin({ANN: award()})
    with pytest.raises(ClaimHasMoved, match=r"admin\.riverside"):
        submit_while(office, claim, lambda: office.save(claim, {ANN: award("Interim")}))
    assert office.standings(claim) == {ANN: ClaimStatus.DRAFT}
    looked_at = office.store.open(stream_of(claim)).version
    with pytest.raises(Conflict):
        submit_while(
            office,
            claim,
            lambda: office.save(claim, {ANN: award("Full")}),
            expect=looked_at,
        )


def test_an_approval_that_changes_meanwhile_is_looked_at_again(
    office: ClaimCentre,
) -> None:
    """M2."""
    claim = office.begin({ANN: award()})

    def approve() -> None:
        stream = office.store.open(stream_of(f"centre:{ADMINISTRATOR.centre}"))
        office.store.append(stream.change([stream.events[-1]]), by=SERVICE)

    submit_while(office, claim, approve)
    assert office.standings(claim) == {ANN: ClaimStatus.SUBMITTED}
