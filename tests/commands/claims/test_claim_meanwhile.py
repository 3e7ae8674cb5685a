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
    claim_centre: ClaimCentre,
    claim: str,
    *interruptions: Callable[[], object],
    expect: int | None = None,
) -> None:
    """Submit a claim while, before each attempt to append, something else happens."""
    context = CommandContext(
        store=Interrupted(claim_centre.store, list(interruptions)),
        catalogue=claim_centre.catalogue,
    )
    command = SubmitClaim(
        by=ADMINISTRATOR, at=claim_centre.now(), claim=claim, expect=expect
    )
    handle(command, context)


@pytest.mark.parametrize("award_type", ["Full", "Interim"])
def test_two_claims_for_one_learner_at_once_have_one_winner(
    claim_centre: ClaimCentre, award_type: str
) -> None:
    """M15: also when either could be had after the other, as two Interims could."""
    mine = claim_centre.begin({ANN: award(award_type), BEN: award()})
    theirs = claim_centre.begin({ANN: award(award_type)}, by=COLLEAGUE)
    submit_while(claim_centre, mine, lambda: claim_centre.submit(theirs, by=COLLEAGUE))
    assert claim_centre.standings(theirs) == {ANN: ClaimStatus.SUBMITTED}
    assert claim_centre.standings(mine) == {
        ANN: ClaimStatus.UNSUBMITTED,
        BEN: ClaimStatus.SUBMITTED,
    }
    ((code, message),) = claim_centre.why(mine, ANN)
    assert code == "claimed-by-another"
    assert "second.riverside" in message


def outcomes_typed(claim_centre: ClaimCentre) -> None:
    """Let a colleague record something else on a registration."""
    stream = claim_centre.store.open(stream_of(ANNS))
    version = stream.version
    event = OutcomesRecorded(claim=CLAIM, grades={A1: f"P{version}"})
    claim_centre.store.append(stream.change([event]), by=COLLEAGUE)


def test_a_registration_that_moved_is_looked_at_again(
    claim_centre: ClaimCentre,
) -> None:
    """M15."""
    claim = claim_centre.begin({ANN: award()})
    moves = [lambda: outcomes_typed(claim_centre)] * (PATIENCE - 1)
    submit_while(claim_centre, claim, *moves)
    assert claim_centre.standings(claim) == {ANN: ClaimStatus.SUBMITTED}


@pytest.mark.parametrize("grades", [ENOUGH, {A1: "P"}])
def test_a_registration_that_will_not_keep_still_does_not_fail_the_claim(
    claim_centre: ClaimCentre, grades: dict[str, str]
) -> None:
    """M15: one busy registration must not fail five hundred."""
    claim = claim_centre.begin({ANN: award(grades=grades), BEN: award()})
    moves = [lambda: outcomes_typed(claim_centre)] * PATIENCE
    submit_while(claim_centre, claim, *moves)
    assert claim_centre.standings(claim) == {
        ANN: ClaimStatus.UNSUBMITTED,
        BEN: ClaimStatus.SUBMITTED,
    }
    ((code, message),) = claim_centre.why(claim, ANN)
    assert code == "changed-by-another"
    assert message.startswith("second.riverside (Centre Administrator) was changing")


def test_when_the_claim_itself_moves_it_is_not_submitted_unseen(
    claim_centre: ClaimCentre,
) -> None:
    """M15."""
    claim = claim_centre.begin({ANN: award()})
    with pytest.raises(ClaimHasMoved, match=r"admin\.riverside"):
        submit_while(
            claim_centre,
            claim,
            lambda: claim_centre.save(claim, {ANN: award("Interim")}),
        )
    assert claim_centre.standings(claim) == {ANN: ClaimStatus.DRAFT}
    looked_at = claim_centre.store.open(stream_of(claim)).version
    with pytest.raises(Conflict):
        submit_while(
            claim_centre,
            claim,
            lambda: claim_centre.save(claim, {ANN: award("Full")}),
            expect=looked_at,
        )


def test_an_approval_that_changes_meanwhile_is_looked_at_again(
    claim_centre: ClaimCentre,
) -> None:
    """M2."""
    claim = claim_centre.begin({ANN: award()})

    def approve() -> None:
        stream = claim_centre.store.open(stream_of(f"centre:{ADMINISTRATOR.centre}"))
        claim_centre.store.append(stream.change([stream.events[-1]]), by=SERVICE)

    submit_while(claim_centre, claim, approve)
    assert claim_centre.standings(claim) == {ANN: ClaimStatus.SUBMITTED}
