"""People claiming at the same moment, on both databases."""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import count
from threading import Barrier, Event, Thread

import pytest

from aggregates.claims.claim_status import ClaimStatus
from aggregates.errors import Refusal
from aggregates.registrations.registration_state import Status
from commands.claims.certificate import ReissueCertificate
from commands.claims.claim_submission import SubmitClaim
from commands.claims.issued_certificates import open_certificates
from commands.command import handle
from events.claims.certificate import CertificateIssued
from events.identifier import stream_of
from events.registrations.registration import AwardClaimed, OutcomesRecorded
from store import AlreadyDone, Conflict, EventStore, Once
from tests.claim_examples import A1, A2, ANN, ANNS, B1, BEN, BENS, CLAIM, award
from tests.clock import Clock
from tests.commands.claim_centre import (
    ADMINISTRATOR,
    COLLEAGUE,
    SPECIALIST,
    ClaimCentre,
)

PEOPLE = 6
LEARNERS = 500


@pytest.fixture
def any_office(any_store: EventStore, clock: Clock) -> ClaimCentre:
    claim_centre = ClaimCentre(store=any_store, now=clock)
    claim_centre.open()
    claim_centre.register_all({ANN: ANNS, BEN: BENS})
    return claim_centre


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Do all of it at the same moment; give what each answered or was refused with."""
    ready = Barrier(len(acts))

    def act(this: Callable[[], object]) -> object:
        ready.wait()
        try:
            return this()
        except (Refusal, Conflict, AlreadyDone) as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


@pytest.mark.parametrize("award_type", ["Full", "Fallback"])
def test_of_people_claiming_for_one_learner_at_once_one_wins(
    any_office: ClaimCentre, award_type: str
) -> None:
    """M15: the others are told who did what."""
    claims = [any_office.begin({ANN: award(award_type)}) for _ in range(PEOPLE)]
    answers = at_once([partial(any_office.submit, claim) for claim in claims])
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    standings = [any_office.standings(claim)[ANN] for claim in claims]
    assert sorted(standings) == [ClaimStatus.SUBMITTED] + [ClaimStatus.UNSUBMITTED] * (
        PEOPLE - 1
    )
    winner = claims[standings.index(ClaimStatus.SUBMITTED)]
    for claim in claims:
        withheld = any_office.claim(claim).learners[ANN].withheld
        if withheld is not None:
            (why,) = withheld.reasons
            assert (why.code, winner in why.message) == ("claimed-by-another", True)
    awarded = any_office.store.open(stream_of(ANNS)).events
    assert len([event for event in awarded if isinstance(event, AwardClaimed)]) == 1


def test_one_claim_submitted_by_two_people_at_once_is_submitted_once(
    any_office: ClaimCentre,
) -> None:
    """M15."""
    claim = any_office.begin({ANN: award(), BEN: award()})
    answers = at_once(
        [
            lambda: any_office.submit(claim),
            lambda: any_office.submit(claim, by=COLLEAGUE),
        ]
    )
    assert len([answer for answer in answers if isinstance(answer, Refusal)]) == 1
    assert set(any_office.standings(claim).values()) == {ClaimStatus.SUBMITTED}


def test_one_request_sent_many_times_at_once_is_done_once(
    any_office: ClaimCentre,
) -> None:
    """M10: the key of the request is reserved in the append of its effect."""
    claim = any_office.begin({ANN: award()})
    once = Once(scope="request:admin.riverside", key="7f1c", digest="d")
    by = replace(ADMINISTRATOR, once=once)
    answers = at_once([lambda: any_office.submit(claim, by=by)] * PEOPLE)
    assert len([a for a in answers if not isinstance(a, Exception)]) == 1
    assert (
        any_office.store.find_reservations(once.scope, [once.key])[once.key].digest
        == "d"
    )


def test_a_claim_processed_by_many_at_once_issues_each_certificate_once(
    any_office: ClaimCentre,
) -> None:
    """M13."""
    claim = any_office.begin({ANN: award(), BEN: award()})
    any_office.submit(claim)
    at_once([lambda: any_office.process(claim)] * PEOPLE)
    issued = [
        recorded.event.learner
        for recorded in any_office.store.log(after=0, limit=1000)
        if isinstance(recorded.event, CertificateIssued)
    ]
    assert sorted(issued) == [ANN, BEN]


def test_withdrawing_and_processing_at_once_have_one_winner(
    any_office: ClaimCentre,
) -> None:
    """M16."""
    claim = any_office.begin({ANN: award()})
    any_office.submit(claim)
    at_once([lambda: any_office.withdraw(claim), lambda: any_office.process(claim)])
    standing = any_office.standings(claim)[ANN]
    is_completed = any_office.status(ANNS) is Status.COMPLETED
    assert (standing, is_completed) in {
        (ClaimStatus.WITHDRAWN, False),
        (ClaimStatus.PROCESSED, True),
    }


@pytest.fixture
def busy(any_office: ClaimCentre) -> Generator[Event]:
    """Let a colleague change one registration as fast as can be, once it is set."""
    starting, stopping = Event(), Event()

    def keep_changing() -> None:
        starting.wait()
        for number in count():
            if stopping.is_set():
                return
            stream = any_office.store.open(stream_of(ANNS))
            event = OutcomesRecorded(claim=CLAIM, grades={A1: f"{number}"})
            try:
                any_office.store.append(stream.change([event]), by=COLLEAGUE)
            except Conflict:
                continue

    thread = Thread(target=keep_changing)
    thread.start()
    yield starting
    stopping.set()
    starting.set()
    thread.join()


def test_one_busy_registration_does_not_fail_five_hundred(
    any_office: ClaimCentre, busy: Event
) -> None:
    """M15."""
    others = {f"L-{n:010}": f"R-1{n:09}" for n in range(LEARNERS - 1)}
    any_office.register_all(others)
    claim = any_office.begin({who: award() for who in [ANN, *others]})
    busy.set()
    command = SubmitClaim(by=ADMINISTRATOR, at=any_office.now(), claim=claim)
    handle(command, any_office.context)
    standings = any_office.standings(claim)
    assert {standings[who] for who in others} == {ClaimStatus.SUBMITTED}
    is_submitted = standings[ANN] is ClaimStatus.SUBMITTED
    assert (any_office.status(ANNS) is Status.COMPLETED) is is_submitted


def test_revoking_and_counting_on_what_is_revoked_at_once_never_both_get_through(
    any_office: ClaimCentre,
) -> None:
    """M12, M16, M18: one waits for the other, and is decided on what it then finds."""
    interim = any_office.processed({ANN: award("Interim", grades={A1: "P"})})
    number = any_office.certificate(interim, ANN)
    full = any_office.begin({ANN: award(grades={A2: "P", B1: "P"})})
    at_once([partial(any_office.revoke, number), partial(any_office.submit, full)])
    is_revoked = interim not in any_office.registration(ANNS).counted_awards
    is_completed = any_office.status(ANNS) is Status.COMPLETED
    assert is_revoked != is_completed


def test_a_certificate_reopened_and_reissued_at_once_leaves_none_in_force(
    any_office: ClaimCentre,
) -> None:
    """M13, M14: reissued first, the reissue is out of force; else it is not reissued."""
    full = any_office.processed({ANN: award()})
    first = any_office.certificate(full, ANN)
    reissue = ReissueCertificate(
        by=SPECIALIST, at=any_office.now(), certificate=first, reason="Lost"
    )
    at_once([partial(any_office.reopen, ANNS), partial(any_office.send, reissue)])
    issued = open_certificates(any_office.context, ANN, [any_office.claim(full)])
    assert not any(certificate.is_in_force for _, certificate in issued.values())


def test_two_notifications_processed_at_once_leave_the_later_in_force(
    any_office: ClaimCentre,
) -> None:
    """M8, M13."""
    claims = [
        any_office.submitted({ANN: award("Interim", grades={unit: "P"})})
        for unit in (A1, A2, B1)
    ]
    at_once([partial(any_office.process, claim) for claim in claims])
    issued = open_certificates(
        any_office.context, ANN, [any_office.claim(claim) for claim in claims]
    )
    in_force = [n for n, (_, each) in issued.items() if each.is_in_force]
    assert in_force == [any_office.certificate(claims[-1], ANN)]
