"""Erasing a person for whom something is under way: told, or ended with it (H6)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from aggregates.bookings.entry_order import EntryOrder
from aggregates.bookings.sitting import Attendance
from aggregates.bookings.timetable import Timetable
from aggregates.claims.claim_refusals import AwardIsReliedOn
from aggregates.claims.claim_status import ClaimStatus
from aggregates.errors import Refusal
from aggregates.learners.in_flight import (
    CertificateIsUnprinted,
    ClaimIsUnsettled,
    InFlight,
    IsOnDraftOrder,
    NotErasableYet,
    RecordsAreKept,
    TestIsBooked,
    years_after,
)
from aggregates.learners.learner import LearnerIsErased
from aggregates.registrations.invoice_line import CREDIT
from aggregates.registrations.registration_state import Status
from commands.claims.certificate import RecordPrinting
from commands.claims.claim_submission import SubmitClaim
from commands.command import CommandContext, handle
from commands.orders.order_confirmation import ConfirmOrder
from commands.registrations.invoice import require_line
from events.identifier import stream_of
from repositories.aggregate_types import BOOKING, TIMETABLE
from repositories.repository import load
from store import EventStore
from tests.claim_examples import A1, A2, B1, award
from tests.clock import Clock
from tests.commands.bookings.test_entries import begin, confirm
from tests.commands.claim_centre import ADMINISTRATOR
from tests.commands.claims.test_claim_meanwhile import Interrupted
from tests.commands.erasing import erase
from tests.commands.frameworks import Provider
from tests.commands.order_centre import APPRENTICESHIP, SEVERAL, SINGLE
from tests.commands.upload_centre import SPECIALIST
from tests.order_examples import ANN, BEN

FULL = award()


@pytest.fixture
def provider(any_store: EventStore, clock: Clock) -> Provider:
    return Provider.open(any_store, clock)


def learner_is_erased(provider: Provider, learner: str = ANN) -> bool:
    return bool(
        provider.order_centre.store.find_reservations("erased-learner", [learner])
    )


def claim(provider: Provider, *learners: str, product: str = SINGLE) -> str:
    awards = dict.fromkeys(learners, FULL)
    return provider.claim_centre.begin(awards, qualification=product)


def draft_claim(provider: Provider) -> str:
    return claim(provider, ANN, BEN)


def ungraded_claim(provider: Provider) -> str:
    return provider.claim_centre.begin(
        {ANN: award(None, None, {})}, qualification=SINGLE
    )


def submitted_claim(provider: Provider) -> str:
    name = claim(provider, ANN, BEN)
    provider.claim_centre.submit(name)
    return name


def kept_back_claim(provider: Provider) -> str:
    awards = {ANN: award(grades={A1: "P"}), BEN: FULL}
    name = provider.claim_centre.begin(awards, qualification=SINGLE)
    provider.claim_centre.submit(name)
    return name


def certificate(provider: Provider) -> str:
    name = claim(provider, ANN)
    provider.claim_centre.submit(name)
    provider.claim_centre.process(name)
    return provider.claim_centre.claim(name).learners[ANN].certificate or ""


def booked_test(provider: Provider) -> str:
    return confirm(provider, begin(provider, ANN, APPRENTICESHIP)).booking


def draft_entries(provider: Provider) -> str:
    return begin(provider, ANN, APPRENTICESHIP)


def draft_order(provider: Provider) -> str:
    return provider.order_centre.ready(ANN, BEN)


def registered(provider: Provider) -> None:
    """Register Ann by the apprenticeship, and Ben by one of its qualifications."""
    provider.register(ANN)
    provider.order_centre.confirm(provider.order_centre.ready(BEN))


@pytest.mark.parametrize(
    ("begun", "why"),
    [
        (draft_claim, ClaimIsUnsettled),
        (ungraded_claim, ClaimIsUnsettled),
        (submitted_claim, ClaimIsUnsettled),
        (kept_back_claim, ClaimIsUnsettled),
        (certificate, CertificateIsUnprinted),
        (booked_test, TestIsBooked),
        (draft_entries, IsOnDraftOrder),
        (draft_order, IsOnDraftOrder),
    ],
)
def test_what_is_under_way_is_listed_and_keeps_a_person_from_being_erased(
    provider: Provider,
    clock: Clock,
    begun: Callable[[Provider], str],
    why: type[Refusal],
) -> None:
    """H6: until it is asked to be ended with the erasure, all at once."""
    registered(provider)
    name = begun(provider)
    with pytest.raises(NotErasableYet, match=name) as refusal:
        erase(provider.order_centre.context, clock, ANN)
    assert [type(other) for other in refusal.value.others] == [why]
    assert not learner_is_erased(provider)
    erase(provider.order_centre.context, clock, ANN, end_in_flight=True)
    assert learner_is_erased(provider)


def test_all_that_is_under_way_is_listed_at_once_and_ended_at_once(
    provider: Provider, clock: Clock
) -> None:
    """H6, C3, M16, O7: and nothing of what is under way for others."""
    whole, single, several = provider.register(ANN)
    provider.order_centre.confirm(provider.order_centre.ready(BEN))
    names = [
        booked_test(provider),
        submitted_claim(provider),
        claim(provider, ANN, product=SEVERAL),
        provider.order_centre.ready(ANN, BEN),
    ]
    both = names[2]
    provider.claim_centre.submit(both)
    with pytest.raises(NotErasableYet) as refusal:
        erase(provider.order_centre.context, clock, ANN)
    assert all(name in str(refusal.value) for name in names)
    before = provider.order_centre.store.head()
    erase(provider.order_centre.context, clock, ANN, end_in_flight=True)
    log = provider.order_centre.store.log(after=before, limit=1_000)
    assert len({recorded.recorded_at for recorded in log}) == 1
    claim_centre = provider.claim_centre
    booking, submitted, _, order = names
    assert claim_centre.standings(submitted) == {
        ANN: ClaimStatus.WITHDRAWN,
        BEN: ClaimStatus.SUBMITTED,
    }
    for made in (whole, single, several):
        state = claim_centre.registration(made.registration)
        assert (state.status, dict(state.awards)) == (Status.ACTIVE, {})
    context = provider.order_centre.context
    found = load(BOOKING, booking, store=context.store, reader=SPECIALIST)[1]
    assert found.attendance is Attendance.CANCELLED
    assert require_line(f"{booking}{CREDIT}", context)
    planned = context.store.open(TIMETABLE.stream_id(ANN))
    assert Timetable.replay(planned.events).sittings == {}
    assert provider.order_centre.order(order).everybody == (BEN,)
    claim_centre.process(submitted)
    assert claim_centre.claim(submitted).learners[ANN].certificate is None


def test_a_learner_who_waits_is_taken_out_and_the_others_keep_their_grades(
    provider: Provider, clock: Clock
) -> None:
    """H6, C2."""
    registered(provider)
    draft, entries = draft_claim(provider), draft_entries(provider)
    erase(provider.order_centre.context, clock, ANN, end_in_flight=True)
    claimed = provider.claim_centre.claim(draft)
    assert {who: p.award for who, p in claimed.learners.items()} == {BEN: FULL}
    stream = provider.order_centre.store.open(stream_of(entries))
    assert EntryOrder.replay(stream.events).entries == ()


def test_a_certificate_is_printed_for_nobody(provider: Provider, clock: Clock) -> None:
    """H6, M13: its number stays."""
    registered(provider)
    number = certificate(provider)
    erase(provider.order_centre.context, clock, ANN, end_in_flight=True)
    with pytest.raises(LearnerIsErased):
        provider.order_centre.send(
            RecordPrinting(by=SPECIALIST, at=clock(), certificate=number)
        )


def test_nothing_keeps_a_person_once_it_is_settled(
    provider: Provider, clock: Clock
) -> None:
    """H6: the certificate printed, the draft deleted, the claim withdrawn."""
    registered(provider)
    number = certificate(provider)
    provider.order_centre.send(
        RecordPrinting(by=SPECIALIST, at=clock(), certificate=number)
    )
    withdrawn = claim(provider, ANN, product=SEVERAL)
    provider.claim_centre.submit(withdrawn)
    provider.claim_centre.withdraw(withdrawn)
    erase(provider.order_centre.context, clock, ANN)
    assert learner_is_erased(provider)


def erased_meanwhile(provider: Provider, clock: Clock) -> CommandContext:
    """Give a context at which Ann is erased just before the next append."""

    def forget() -> None:
        erase(provider.order_centre.context, clock, ANN, end_in_flight=True)

    context = provider.order_centre.context
    return replace(context, store=Interrupted(context.store, [forget]))


def test_who_is_erased_as_their_claim_is_submitted_is_not_certificated(
    provider: Provider, clock: Clock
) -> None:
    """H6, M10: of the two at once one wins, here the erasure."""
    registered(provider)
    draft = provider.claim_centre.begin(
        {ANN: award("Interim"), BEN: FULL}, qualification=SINGLE
    )
    context = erased_meanwhile(provider, clock)
    command = SubmitClaim(by=ADMINISTRATOR, at=clock(), claim=draft)
    with pytest.raises(Refusal):
        handle(command, context)
    assert provider.claim_centre.claim(draft).learners.keys() == {BEN}


def test_who_is_erased_as_they_are_ordered_for_is_not_registered(
    provider: Provider, clock: Clock
) -> None:
    """H6, O5: the order would have been their first."""
    order = provider.order_centre.ready(ANN)
    total = provider.order_centre.total(order)
    context = erased_meanwhile(provider, clock)
    command = ConfirmOrder(by=ADMINISTRATOR, at=clock(), order=order, total=total)
    with pytest.raises(Refusal):
        handle(command, context)
    assert provider.order_centre.made() == []


@pytest.mark.parametrize(("days", "is_kept"), [(-1, True), (0, False)])
def test_records_are_kept_for_years_after_the_last_award(
    provider: Provider, clock: Clock, *, days: int, is_kept: bool
) -> None:
    """H6: the setting says how many, the refusal until when."""
    registered(provider)
    number = certificate(provider)
    provider.order_centre.send(
        RecordPrinting(by=SPECIALIST, at=clock(), certificate=number)
    )
    context = replace(provider.order_centre.context, retention=6)
    awarded = FULL.award_date
    assert awarded is not None
    clock.now = clock.now.replace(year=awarded.year + 6, month=awarded.month)
    clock.now = clock.now.replace(day=awarded.day)
    clock.advance(days=days)
    if is_kept:
        with pytest.raises(RecordsAreKept, match="24 November 2032"):
            erase(context, clock, ANN, end_in_flight=True)
    else:
        erase(context, clock, ANN)
    assert learner_is_erased(provider) is not is_kept
    erase(context, clock, BEN)


@pytest.mark.parametrize(
    ("day", "years", "later"),
    [
        (date(2026, 11, 24), 6, date(2032, 11, 24)),
        (date(2028, 2, 29), 1, date(2029, 3, 1)),
        (date(2028, 2, 29), 4, date(2032, 2, 29)),
    ],
)
def test_years_are_counted_by_the_calendar(day: date, years: int, later: date) -> None:
    assert years_after(day, years) == later


def test_nothing_is_kept_where_nothing_was_awarded() -> None:
    """H6."""
    nothing = InFlight(
        learner=ANN, registrations=(), claims={}, unprinted=(), orders=()
    )
    nothing.require_retained_long_enough(today=date(2026, 11, 24), retention=6)
    nothing.require_settled()


def interim_and(
    provider: Provider, kind: str, *, between: bool = False
) -> tuple[str, ...]:
    """Submit an Interim, maybe another of the same unit, and an award that counts it."""
    claims = [{ANN: award("Interim", grades={A1: "P"})}]
    if between:
        claims.append({ANN: award("Interim", grades={A1: "P", A2: "P"})})
    claims.append({ANN: award(kind, grades={A2: "P", B1: "P"})})
    names = [provider.claim_centre.begin(each, qualification=SINGLE) for each in claims]
    for name in names:
        provider.claim_centre.submit(name)
        assert provider.claim_centre.standings(name) == {ANN: ClaimStatus.SUBMITTED}
    return tuple(names)


@pytest.mark.parametrize("kind", ["Full", "Interim", "Fallback"])
@pytest.mark.parametrize("between", [False, True])
def test_no_award_stays_that_counts_on_a_claim_that_was_ended(
    provider: Provider, clock: Clock, kind: str, *, between: bool
) -> None:
    """H6, M16: two that give the same unit and end together support nothing either."""
    registered(provider)
    *interims, later = interim_and(provider, kind, between=between)
    provider.claim_centre.process(later)
    number = provider.claim_centre.certificate(later, ANN)
    provider.order_centre.send(
        RecordPrinting(by=SPECIALIST, at=clock(), certificate=number)
    )
    with pytest.raises(AwardIsReliedOn) as refusal:
        erase(provider.order_centre.context, clock, ANN, end_in_flight=True)
    first = interims[0]
    assert str(refusal.value) == (
        f"{first} cannot be ended with the erasure for {ANN}: the {kind} claim {later}"
        f" counts {A1} from {first}. Ask an Account Specialist to revoke {number} first."
        f" Or wait until {first} is processed."
    )
    assert not learner_is_erased(provider)
    for each in interims:
        assert provider.claim_centre.standings(each) == {ANN: ClaimStatus.SUBMITTED}
    provider.claim_centre.revoke(number)
    erase(provider.order_centre.context, clock, ANN, end_in_flight=True)
    assert learner_is_erased(provider)


@pytest.mark.parametrize("kind", ["Full", "Interim", "Fallback"])
def test_claims_that_count_on_each_other_end_together(
    provider: Provider, clock: Clock, kind: str
) -> None:
    """H6, M16."""
    registered(provider)
    names = interim_and(provider, kind)
    erase(provider.order_centre.context, clock, ANN, end_in_flight=True)
    for name in names:
        assert provider.claim_centre.standings(name) == {ANN: ClaimStatus.WITHDRAWN}
