"""A learner is transferred: what goes along, what stays, and who wins of two at once."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from aggregates.claims.claim_hindrances import learner_transferred
from aggregates.claims.claim_status import ClaimStatus
from aggregates.errors import NotFound
from aggregates.learners.transfer import NotSettledYet, UlnIsHeldThere
from aggregates.registrations.register import LearnerHasLeft
from aggregates.registrations.registration import Registration
from aggregates.registrations.registration_state import Status
from aggregates.uploads.group_uses import GroupUses
from aggregates.uploads.upload_refusals import GroupIsUsed
from commands.claims.certificate import ReissueCertificate
from commands.claims.claim import DeleteClaim
from commands.command import Command, CommandResult
from commands.learners.learner import reserved_uln
from commands.learners.transfer import TransferLearner
from commands.orders.order_confirmation import ConfirmOrder
from commands.orders.order_linking import Linking
from commands.registrations.cancellation import CancelRegistration
from events.centres.user import Role
from events.identifier import Kind, new_identifier, stream_of
from repositories.aggregate_types import LEARNER
from repositories.repository import load_known
from store import Actor, EventStore, Stream
from tests.claim_examples import A1, ANN, B1, BEN, CENTRE, award
from tests.clock import Clock
from tests.commands.claim_centre import ADMINISTRATOR, STRANGER, ClaimCentre
from tests.commands.claims.test_claim_races import at_once
from tests.commands.order_centre import CATALOGUE, SINGLE, OrderCentre
from tests.learner_examples import ULN, learner_created

THERE = "50107"
GROUP = "G-0000000001"
SPECIALIST = Actor(
    user="specialist", role=Role.ACCOUNT_SPECIALIST, centre=None, channel="api"
)
TRIES = [4, pytest.param(200, marks=pytest.mark.prove)]


class Two:
    """Two centres, approved for everything, and those who ask."""

    def __init__(self, store: EventStore, clock: Clock) -> None:
        self.store = store
        self.orders = OrderCentre(store=store, now=clock)
        self.claim_centre = ClaimCentre(store=store, now=clock, catalogue=CATALOGUE)
        self.orders.open()
        self.orders.open(THERE)

    def send(self, command: Command) -> CommandResult:
        return self.claim_centre.send(command)

    def order(self, learner: str, by: Actor = ADMINISTRATOR) -> ConfirmOrder:
        """Put together an order of one registration, ready to be confirmed."""
        name = self.orders.ready(learner, by=by)
        total = CATALOGUE.product(SINGLE).price
        return ConfirmOrder(by=by, at=self.orders.now(), order=name, total=total)

    def register(self, learner: str, by: Actor = ADMINISTRATOR) -> str:
        """Register a learner by an order; give the registration."""
        command = self.order(learner, by)
        self.send(command)
        confirmed = self.orders.order(command.order, by).confirmed
        assert confirmed
        return confirmed.lines[0].registrations[learner]

    def transfer(self, learner: str = ANN, centre: str = THERE) -> CommandResult:
        return self.send(self.transferring(learner, centre))

    def transferring(self, learner: str, centre: str = THERE) -> TransferLearner:
        return TransferLearner(
            by=SPECIALIST,
            at=self.orders.now(),
            learner=learner,
            centre=centre,
            reason="Moved to Hillside",
        )

    def owner(self, name: str) -> str | None:
        return self.store.open(stream_of(name)).owner


@pytest.fixture
def two(any_store: EventStore, clock: Clock) -> Two:
    two = Two(any_store, clock)
    two.orders.know(ANN, BEN)
    return two


def test_registrations_and_every_certificate_go_along_and_nothing_else(
    two: Two,
) -> None:
    """L6, M13: an order and a claim stay with the centre that made them."""
    registration = two.register(ANN)
    claim = two.claim_centre.begin({ANN: award("Full")}, qualification=SINGLE)
    two.claim_centre.submit(claim)
    two.claim_centre.process(claim)
    first = two.claim_centre.claim(claim).learners[ANN].certificate or ""
    second = two.send(
        ReissueCertificate(
            by=SPECIALIST, at=two.orders.now(), certificate=first, reason="Lost"
        )
    ).created_id
    two.transfer()
    assert [two.owner(n) for n in (ANN, registration, first, second)] == [THERE] * 4
    assert two.owner(claim) == CENTRE
    state = two.claim_centre.registration(registration)
    assert (state.centre, state.status) == (THERE, Status.COMPLETED)
    two.transfer(centre=CENTRE)
    assert [two.owner(n) for n in (ANN, registration, second)] == [CENTRE] * 3


def test_the_other_centre_goes_on_where_the_first_finds_nothing(two: Two) -> None:
    """L6, O6: it claims for them, and may register them again once that is over."""
    registration = two.register(ANN)
    two.transfer()
    with pytest.raises(NotFound):
        two.send(replace(two.transferring(ANN), by=ADMINISTRATOR))
    claim = two.claim_centre.begin(
        {ANN: award("Full")}, by=STRANGER, qualification=SINGLE
    )
    two.claim_centre.submit(claim, by=STRANGER)
    assert two.claim_centre.status(registration) is Status.COMPLETED
    again = two.register(ANN, STRANGER)
    assert two.claim_centre.registration(again).centre == THERE


def test_drafts_of_the_first_centre_refuse_who_has_left(two: Two) -> None:
    """L6: an order is not confirmed, grades are not saved, a claim is kept back."""
    command = two.order(ANN)
    two.register(BEN)
    claim = two.claim_centre.begin(
        {BEN: award("Full", grades={})}, qualification=SINGLE
    )
    two.transfer(ANN)
    two.transfer(BEN)
    with pytest.raises(LearnerHasLeft):
        two.send(command)
    with pytest.raises(LearnerHasLeft):
        two.claim_centre.save(claim, {BEN: award("Full")})
    two.claim_centre.submit(claim)
    assert two.claim_centre.standings(claim) == {BEN: ClaimStatus.UNSUBMITTED}
    why = learner_transferred(BEN)
    assert two.claim_centre.why(claim, BEN) == [(why.code, why.message)]


@pytest.mark.parametrize("how", ["chosen anew", "regraded", "withdrawn", "deleted"])
def test_who_has_left_can_be_taken_out_of_a_claim_that_had_graded_them(
    two: Two, how: str
) -> None:
    """L6, C2: grades on a registration that was cancelled hold nobody back."""
    registration = two.register(ANN)
    two.register(BEN)
    nothing = award("Full", grades={})
    claim = two.claim_centre.begin({ANN: nothing, BEN: nothing}, qualification=SINGLE)
    now = two.orders.now()
    two.send(
        CancelRegistration(
            by=ADMINISTRATOR, at=now, registration=registration, reason="Moved"
        )
    )
    two.claim_centre.save(claim, {ANN: award("Full", grades={A1: "P"})})
    two.claim_centre.submit(claim)
    two.transfer(ANN)
    with pytest.raises(LearnerHasLeft):
        two.claim_centre.save(claim, {ANN: award("Full", grades={B1: "P"})})
    match how:
        case "chosen anew":
            two.claim_centre.choose(claim, [BEN])
        case "regraded":
            two.claim_centre.save(claim, {ANN: nothing})
        case "withdrawn":
            two.claim_centre.withdraw(claim)
        case _:
            two.send(DeleteClaim(by=ADMINISTRATOR, at=now, claim=claim))
    assert two.claim_centre.registration(registration).outcomes == {}
    assert two.owner(registration) == THERE


def test_a_group_is_linked_without_those_who_left_and_is_not_undone(two: Two) -> None:
    """L6, U10, U11."""
    two.store.append(
        *(
            Stream(id=stream_of(who)).change(
                [learner_created(learner=who, group=GROUP, uln=None)], owner=CENTRE
            )
            for who in ("L-0000000011C", "L-0000000012E")
        ),
        by=ADMINISTRATOR,
    )
    two.orders.group(GROUP, "L-0000000011C", "L-0000000012E")
    two.transfer("L-0000000011C")
    order = two.orders.begin(products=[SINGLE])
    two.orders.link(order, Linking(groups=(GROUP,)))
    assert set(two.orders.order(order).everybody) == {"L-0000000012E"}
    with pytest.raises(GroupIsUsed, match="the transfer of L-0000000011C"):
        GroupUses.replay(two.store.open(stream_of(GROUP)).events).undo()


def test_a_uln_goes_along_unless_somebody_has_it_there(two: Two) -> None:
    """L6, U6."""
    for who, centre in (("L-0000000021A", CENTRE), ("L-0000000022F", THERE)):
        made = learner_created(learner=who, centre=centre, group=None, uln=ULN)
        two.store.append(
            Stream(id=stream_of(who)).change(
                [made], owner=centre, reserve=reserved_uln(two.store, centre, ULN)
            ),
            by=ADMINISTRATOR,
        )
    with pytest.raises(UlnIsHeldThere, match="L-0000000022F"):
        two.transfer("L-0000000021A")
    assert two.owner("L-0000000021A") == CENTRE
    two.orders.open("60001")
    two.transfer("L-0000000022F", "60001")
    two.transfer("L-0000000021A")
    assert load_known(LEARNER, "L-0000000021A", store=two.store)[1].centre == THERE


def test_a_centre_that_is_not_there_is_not_found_and_one_not_approved_is_told(
    two: Two,
) -> None:
    """L6."""
    registration = two.register(ANN)
    with pytest.raises(NotFound, match="99999"):
        two.transfer(centre="99999")
    two.orders.withdraw_approval(SINGLE)
    two.transfer()
    with pytest.raises(NotSettledYet, match=registration):
        two.transfer(centre=CENTRE)


def a_confirmation(two: Two, learner: str) -> Callable[[], object]:
    """Confirm another order."""
    return partial(two.send, two.order(learner))


def a_claim(two: Two, learner: str) -> Callable[[], object]:
    """Save grades."""
    two.register(learner)
    claim = two.claim_centre.begin({learner: award(grades={})}, qualification=SINGLE)
    return partial(two.claim_centre.save, claim, {learner: award("Interim")})


@pytest.mark.parametrize("tries", TRIES)
@pytest.mark.parametrize("race", [a_confirmation, a_claim])
def test_of_a_transfer_and_what_the_first_centre_does_at_once_one_wins(
    two: Two, race: Callable[[Two, str], Callable[[], object]], tries: int
) -> None:
    """L6: no registration is left behind, and no claim on another centre's."""
    for number in range(tries):
        learner = new_identifier(Kind.LEARNER)
        two.orders.know(learner)
        other = race(two, learner)
        move = partial(two.send, two.transferring(learner))
        answers = at_once([move, other] if number % 2 else [other, move])
        moved, done = answers if number % 2 else answers[::-1]
        held = two.store.find_reservations(
            "active-registration", [f"{learner}:{SINGLE}"]
        )
        for holding in held.values():
            stream = two.store.open(holding.stream)
            registration = Registration.replay(stream.events)
            assert two.owner(learner) == stream.owner == registration.centre
            assert not (registration.outcomes and stream.owner == THERE)
        assert not (isinstance(moved, Exception) and isinstance(done, Exception))
        assert (two.owner(learner) == THERE) == isinstance(moved, CommandResult)


def test_what_a_centre_may_still_see_ends_where_it_was_its_own(two: Two) -> None:
    """L6: whatever happens later is the other centre's alone."""
    registration = two.register(ANN)
    two.transfer()
    claim = two.claim_centre.begin(
        {ANN: award("Full")}, by=STRANGER, qualification=SINGLE
    )
    two.claim_centre.submit(claim, by=STRANGER)
    stream = two.store.open(stream_of(registration))
    seen = Registration.replay(stream.seen_by(CENTRE).events)
    assert (seen.centre, seen.status, seen.awards) == (CENTRE, Status.ACTIVE, {})
    assert stream.seen_by(THERE) == stream.seen_by(None) == stream
    assert stream.seen_by("60001").history == ()
