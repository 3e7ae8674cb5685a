"""Cancelling a registration: its conditions, and the charge (C2, C3)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from aggregates.bookings.sitting import Attendance
from aggregates.errors import RuleBroken
from aggregates.registrations.invoice_line import InvoiceLine, InvoiceStatus
from aggregates.registrations.registration import Registration
from aggregates.registrations.registration_state import Status
from catalogue.rule import join_words

CHARGED = frozenset({InvoiceStatus.INVOICED, InvoiceStatus.PAID})
"""The statuses in which the charge stays (C3)."""


class CannotCancel(RuleBroken):
    code = "cannot-cancel"
    message = "{registration} cannot be cancelled: {why}"


class NotActive(RuleBroken):
    code = "not-active"
    message = (
        "{registration} is {status} already. Only an Active registration can be"
        " cancelled."
    )


ONE: Mapping[str, str] = {
    "s": "",
    "have": "has",
    "are": "is",
    "it": "it",
    "that": "that booking",
}
MANY: Mapping[str, str] = {
    "s": "s",
    "have": "have",
    "are": "are",
    "it": "them",
    "that": "those bookings",
}
"""Words of an obstacle's sentence, for one identifier and for several."""


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """One kind of obstacle with its identifiers; the sentence says what to do first.

    ``{}`` in the sentence stands for the identifiers.
    """

    sentence: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        forms = MANY if len(self.names) > 1 else ONE
        return self.sentence.format(join_words(self.names), **forms)


@dataclass(frozen=True, kw_only=True)
class CancellationCondition:
    """One of the conditions, with the obstacles to it; it is met if there are none.

    ``rule`` is the sentence for a met condition.
    """

    name: str
    rule: str
    obstacles: tuple[Obstacle, ...] = ()

    @property
    def sentence(self) -> str:
        """Say that the condition is met, or what stands in the way and what to do first."""
        return " ".join(map(str, self.obstacles)) or self.rule

    @property
    def in_the_way(self) -> tuple[str, ...]:
        names = chain.from_iterable(each.names for each in self.obstacles)
        return tuple(dict.fromkeys(names))

    @property
    def is_met(self) -> bool:
        return not self.obstacles


def obstacles(*found: tuple[str, Iterable[str]]) -> tuple[Obstacle, ...]:
    """Make an obstacle of each sentence that has identifiers."""
    named = ((sentence, tuple(names)) for sentence, names in found)
    return tuple(Obstacle(sentence=s, names=names) for s, names in named if names)


def no_test_taken(
    registration: Registration, _: Collection[str]
) -> CancellationCondition:
    return CancellationCondition(
        name="no-test-taken",
        rule="No test has been taken.",
        obstacles=obstacles(
            (
                "Test{s} {} {have} been taken. A registration with a taken test stays.",
                _sittings(registration, Attendance.TAKEN),
            )
        ),
    )


def no_test_booked(
    registration: Registration, _: Collection[str]
) -> CancellationCondition:
    return CancellationCondition(
        name="no-test-booked",
        rule="No test is booked.",
        obstacles=obstacles(
            (
                "Test{s} {} {are} booked. Cancel {that} first.",
                _sittings(registration, Attendance.BOOKED),
            )
        ),
    )


def no_result_linked(
    registration: Registration, _: Collection[str]
) -> CancellationCondition:
    with_result = [b for b, s in registration.sittings.items() if s.result is not None]
    return CancellationCondition(
        name="no-result",
        rule="No result is linked.",
        obstacles=obstacles(
            (
                "Test{s} {} {have} a result. A registration with a result stays.",
                with_result,
            )
        ),
    )


def no_outcome_added(
    registration: Registration, processed: Collection[str]
) -> CancellationCondition:
    graded, awards = registration.outcomes, registration.awards
    return CancellationCondition(
        name="no-outcome",
        rule="No grade has been saved in a claim.",
        obstacles=obstacles(
            (
                "Grades are saved in the claim{s} {}. Take them out first.",
                [name for name in graded if name not in awards],
            ),
            (
                "Grades are saved in the claim{s} {}. Withdraw {it} for the learner first.",
                [n for n in graded if n in awards and n not in processed],
            ),
            (
                "Grades are saved in the claim{s} {}, which {are} processed. "
                + FOR_GOOD,
                [n for n in graded if n in awards and n in processed],
            ),
        ),
    )


def no_claim_made(
    registration: Registration, processed: Collection[str]
) -> CancellationCondition:
    return CancellationCondition(
        name="no-claim",
        rule="No claim has been submitted.",
        obstacles=obstacles(
            (
                "The claim{s} {} {have} been submitted. Withdraw {it} for the learner first.",
                [name for name in registration.awards if name not in processed],
            ),
            (
                "The claim{s} {} {are} processed. " + FOR_GOOD,
                [name for name in registration.awards if name in processed],
            ),
        ),
    )


FOR_GOOD = "A registration with a processed claim stays."

CONDITIONS: tuple[
    Callable[[Registration, Collection[str]], CancellationCondition], ...
] = (
    no_test_taken,
    no_test_booked,
    no_result_linked,
    no_outcome_added,
    no_claim_made,
)
"""The conditions for cancelling a registration; all must hold (C2)."""


def still_active(registration: Registration) -> CancellationCondition:
    """Require that the registration is Active (C1)."""
    done = registration.completion
    is_whole = registration.status is Status.COMPLETED and not done
    cancelled = (registration.registration,) if registration.is_cancelled else ()
    return CancellationCondition(
        name="active",
        rule="The registration is Active.",
        obstacles=obstacles(
            ("The registration {} is Cancelled already.", cancelled),
            (
                "The registration is Completed, by the claim{s} {}.",
                [done.claim] if done else (),
            ),
            (
                "The registration is Completed, with {}.",
                registration.parts if is_whole else (),
            ),
        ),
    )


def conditions(
    registration: Registration,
    parts: Sequence[Registration] = (),
    *,
    processed: Collection[str] = (),
) -> Iterator[CancellationCondition]:
    """Yield each condition, met or with what stands in the way.

    An apprenticeship is cancelled with all of its ``parts``; a part is never cancelled
    alone (O7). ``processed`` are the claims that can no longer be withdrawn.
    """
    if registration.parent is not None:
        yield CancellationCondition(
            name="no-part",
            rule="It came with no apprenticeship.",
            obstacles=obstacles(
                (
                    "It came with the apprenticeship {}. Cancel that registration.",
                    [registration.parent],
                )
            ),
        )
    for condition in CONDITIONS:
        found = [condition(each, processed) for each in (registration, *parts)]
        names: dict[str, list[str]] = {}
        for obstacle in chain.from_iterable(each.obstacles for each in found):
            names.setdefault(obstacle.sentence, []).extend(obstacle.names)
        together = {s: dict.fromkeys(each) for s, each in names.items()}
        yield replace(found[0], obstacles=obstacles(*together.items()))
    yield still_active(registration)


def charge_stands(status: InvoiceStatus) -> bool:
    """Whether the charge stays after a cancellation (C3)."""
    return status in CHARGED


def charge_sentence(status: InvoiceStatus) -> str:
    """Say whether a cancelled registration is still charged (C3)."""
    so = "the charge stands" if charge_stands(status) else "nothing is charged"
    return f"It is {status.lower()}, so {so}."


def refund_request(registration: Registration, line: InvoiceLine) -> str | None:
    """Write the request to support for a refund of a charge that stays; None if none does (C5).

    ``line`` is the registration's invoice line.
    """
    if not charge_stands(line.status):
        return None
    return (
        f"Please refund the registration {registration.registration} of"
        f" {registration.learner} on {registration.product}, invoice"
        f" {line.invoice or 'unknown'}: it was made by mistake."
    )


def require_cancellable(
    registration: Registration,
    parts: Sequence[Registration] = (),
    *,
    processed: Collection[str] = (),
) -> None:
    """Raise NotActive, or CannotCancel with all that stands in the way (C2)."""
    if registration.status is not Status.ACTIVE:
        raise NotActive(
            registration=registration.registration, status=registration.status
        )
    found = conditions(registration, parts, processed=processed)
    why = " ".join(each.sentence for each in found if not each.is_met)
    if why:
        first = why[0].lower() + why[1:]
        raise CannotCancel(registration=registration.registration, why=first)


def _sittings(registration: Registration, attendance: Attendance) -> tuple[str, ...]:
    return tuple(
        booking
        for booking, sitting in registration.sittings.items()
        if sitting.attendance is attendance
    )
