"""Claims on the qualifications of an apprenticeship, and what becomes of its own."""

from functools import partial

import pytest

from aggregates.claims.claim_refusals import (
    ApprenticeshipNotClaimable,
    NotRegistered,
    RegisteredMeanwhile,
)
from aggregates.claims.claim_status import ClaimStatus
from aggregates.claims.claimable import NotClaimable
from aggregates.errors import RuleBroken
from aggregates.registrations.registration_state import Status
from events.event import Event
from events.identifier import stream_of
from events.registrations.registration import (
    PartCompleted,
    PartReopened,
    RegistrationMade,
)
from store import EventStore
from tests.clock import Clock
from tests.commands.claim_centre import COLLEAGUE
from tests.commands.claims.test_claim_races import at_once
from tests.commands.frameworks import Provider
from tests.commands.order_centre import APPRENTICESHIP, SEVERAL, SINGLE
from tests.order_examples import ANN, BEN

ACTIVE, COMPLETED = Status.ACTIVE, Status.COMPLETED
BOTH = (SINGLE, SEVERAL)


@pytest.fixture
def provider(store: EventStore, clock: Clock) -> Provider:
    return Provider.open(store, clock)


@pytest.fixture
def any_provider(any_store: EventStore, clock: Clock) -> Provider:
    return Provider.open(any_store, clock)


def statuses(provider: Provider, made: list[RegistrationMade]) -> list[Status]:
    """Give the status of each, once it is seen that what is Active is reserved."""
    found = [provider.claim_centre.status(each.registration) for each in made]
    assert [provider.is_held(m) for m in made] == [each is ACTIVE for each in found]
    return found


def happened_to(provider: Provider, made: RegistrationMade) -> list[Event]:
    """List what happened to a parent since it was made."""
    return [*provider.claim_centre.store.open(stream_of(made.registration)).events[1:]]


@pytest.mark.parametrize("kind", ["Full", "Fallback"])
def test_an_apprenticeship_is_completed_with_the_last_of_its_qualifications(
    any_provider: Provider, kind: str
) -> None:
    """O7, M7, M9: in the append of the claim that completes it."""
    made = any_provider.register(ANN)
    parent, single, several = made
    any_provider.claim(SINGLE, ANN, kind=kind)
    assert statuses(any_provider, made) == [ACTIVE, COMPLETED, ACTIVE]
    assert happened_to(any_provider, parent) == [
        PartCompleted(part=single.registration)
    ]
    any_provider.claim(SEVERAL, ANN)
    assert statuses(any_provider, made) == [COMPLETED] * 3
    last = any_provider.claim_centre.store.open(stream_of(parent.registration)).history[
        -1
    ]
    claimed = any_provider.claim_centre.store.open(
        stream_of(several.registration)
    ).history
    assert last.correlation == claimed[-1].correlation
    assert last.event == PartCompleted(part=several.registration)


def test_an_interim_award_completes_nothing(provider: Provider) -> None:
    """O7, M8."""
    made = provider.register(ANN)
    for qualification in BOTH:
        provider.claim(qualification, ANN, kind="Interim")
    assert statuses(provider, made) == [ACTIVE] * 3
    assert happened_to(provider, made[0]) == []


def test_a_claim_withdrawn_makes_the_apprenticeship_active_again(
    provider: Provider,
) -> None:
    """O7, M16: and it is completed again by the next."""
    made = provider.register(ANN, BEN)
    first = provider.claim(SINGLE, ANN, BEN)
    provider.claim(SEVERAL, ANN, BEN)
    assert statuses(provider, made) == [COMPLETED] * 6
    provider.claim_centre.withdraw(first, ANN)
    assert statuses(provider, made) == [ACTIVE, ACTIVE, *[COMPLETED] * 4]
    assert happened_to(provider, made[0])[-1] == PartReopened(part=made[1].registration)
    provider.claim(SINGLE, ANN)
    assert statuses(provider, made) == [COMPLETED] * 6


def test_withdrawing_a_claim_of_an_interim_award_leaves_the_apprenticeship_alone(
    provider: Provider,
) -> None:
    """O7, M16."""
    made = provider.register(ANN)
    interim = provider.claim(SINGLE, ANN, kind="Interim")
    provider.claim(SINGLE, ANN)
    before = happened_to(provider, made[0])
    provider.claim_centre.withdraw(interim)
    assert happened_to(provider, made[0]) == before
    assert statuses(provider, made) == [ACTIVE, COMPLETED, ACTIVE]


def test_an_apprenticeship_registered_on_again_is_not_made_active_again(
    provider: Provider,
) -> None:
    """O6, O7, M16: nothing is withdrawn then."""
    made = provider.register(ANN)
    claims = [provider.claim(qualification, ANN) for qualification in BOTH]
    again = provider.register(ANN)
    provider.claim(SINGLE, ANN)
    assert statuses(provider, again) == [ACTIVE, COMPLETED, ACTIVE]
    with pytest.raises(RegisteredMeanwhile, match=APPRENTICESHIP):
        provider.claim_centre.withdraw(claims[0])
    with pytest.raises(RegisteredMeanwhile):
        provider.claim_centre.withdraw(claims[1])
    assert statuses(provider, made) == [COMPLETED] * 3


def test_nothing_is_claimed_on_the_apprenticeship_itself(provider: Provider) -> None:
    """O7: the sentence names its qualifications."""
    provider.register(ANN)
    with pytest.raises(ApprenticeshipNotClaimable, match=f"{SINGLE}, {SEVERAL}"):
        provider.begin(APPRENTICESHIP, ANN)


def test_an_approval_for_the_apprenticeship_is_enough_for_what_it_made(
    provider: Provider,
) -> None:
    """M2, M4, O7: and for no registration besides."""
    order_centre = provider.order_centre
    made = provider.register(ANN)
    order_centre.confirm(order_centre.ready(BEN))
    order_centre.withdraw_approval(SINGLE)
    with pytest.raises(NotRegistered, match=f"{BEN} .*your centre is not approved for"):
        provider.begin(SINGLE, ANN, BEN)
    provider.claim(SINGLE, ANN)
    assert statuses(provider, made) == [ACTIVE, COMPLETED, ACTIVE]
    order_centre.withdraw_approval(APPRENTICESHIP)
    with pytest.raises(NotClaimable, match="not approved for it"):
        provider.begin(SINGLE, ANN)


def test_a_learner_whose_approval_was_withdrawn_is_kept_back_and_told(
    provider: Provider,
) -> None:
    """M2, M10, O7: the others go through."""
    provider.register(ANN)
    provider.order_centre.confirm(provider.order_centre.ready(BEN))
    claim = provider.begin(SINGLE, ANN, BEN)
    provider.order_centre.withdraw_approval(SINGLE)
    provider.claim_centre.submit(claim)
    assert provider.claim_centre.standings(claim) == {
        ANN: ClaimStatus.SUBMITTED,
        BEN: ClaimStatus.UNSUBMITTED,
    }
    withheld = provider.claim_centre.claim(claim).learners[BEN].withheld
    assert withheld
    (why,) = withheld.reasons
    assert (why.code, SINGLE in why.message) == ("not-approved", True)


def test_two_people_who_complete_the_last_two_qualifications_at_once_complete_it(
    any_provider: Provider,
) -> None:
    """M15, O7: neither misses what the other did."""
    made = any_provider.register(ANN, BEN)
    claims = [any_provider.begin(qualification, ANN, BEN) for qualification in BOTH]
    submit = any_provider.claim_centre.submit
    answers = at_once(
        [partial(submit, claims[0]), partial(submit, claims[1], by=COLLEAGUE)]
    )
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert statuses(any_provider, made) == [COMPLETED] * 6


def test_completing_one_qualification_and_withdrawing_another_at_once_agree(
    any_provider: Provider,
) -> None:
    """M15, M16, O7."""
    made = any_provider.register(ANN)
    first = any_provider.claim(SINGLE, ANN)
    second = any_provider.begin(SEVERAL, ANN)
    answers = at_once(
        [
            partial(any_provider.claim_centre.withdraw, first, by=COLLEAGUE),
            partial(any_provider.claim_centre.submit, second),
        ]
    )
    assert not [answer for answer in answers if isinstance(answer, RuleBroken)]
    assert statuses(any_provider, made) == [ACTIVE, ACTIVE, COMPLETED]
