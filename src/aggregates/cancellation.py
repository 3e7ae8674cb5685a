"""Cancelling a registration: the five conditions, and what is charged (C2, C3)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from aggregates.errors import RuleBroken
from aggregates.invoice_line import InvoiceStatus
from aggregates.registration import Registration, Status
from aggregates.sitting import Attendance
from catalogue.rule import listed

CHARGED = frozenset({InvoiceStatus.INVOICED, InvoiceStatus.PAID})
"""What has been invoiced stays charged (C3)."""


class CannotCancel(RuleBroken):
    message = "{registration} cannot be cancelled: {why}"


class NotActive(RuleBroken):
    message = (
        "{registration} is {status}, so it cannot be cancelled. Only an Active"
        " registration can."
    )


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One of the conditions: met, or what stands in the way, by its identifiers.

    ``obstacle`` says what stands in the way, ``{}`` standing for the identifiers, and
    what to do first.
    """

    name: str
    sentence: str
    obstacle: str
    in_the_way: tuple[str, ...] = ()

    @property
    def refusal(self) -> str:
        """What stands in the way, by name, and what to do first."""
        return self.obstacle.format(listed(self.in_the_way))

    @property
    def is_met(self) -> bool:
        return not self.in_the_way


def no_test_taken(registration: Registration) -> Condition:
    return Condition(
        name="no-test-taken",
        sentence="No test has been taken.",
        obstacle="test {} has been taken. A registration with a taken test stays.",
        in_the_way=_sittings(registration, Attendance.TAKEN),
    )


def no_test_booked(registration: Registration) -> Condition:
    return Condition(
        name="no-test-booked",
        sentence="No test is booked: cancel the booking first.",
        obstacle="test {} is booked. Cancel that booking first.",
        in_the_way=_sittings(registration, Attendance.BOOKED),
    )


def no_result_linked(registration: Registration) -> Condition:
    with_result = (b for b, s in registration.sittings.items() if s.result is not None)
    return Condition(
        name="no-result",
        sentence="No result is linked.",
        obstacle="test {} has a result. A registration with a result stays.",
        in_the_way=tuple(with_result),
    )


def no_outcome_added(registration: Registration) -> Condition:
    return Condition(
        name="no-outcome",
        sentence="No grade has been saved in a claim: take the grades out first.",
        obstacle="grades are saved in the claim {}. Take them out first.",
        in_the_way=tuple(registration.outcomes),
    )


def no_claim_made(registration: Registration) -> Condition:
    return Condition(
        name="no-claim",
        sentence="No claim has been submitted: withdraw it first.",
        obstacle="the claim {} has been submitted. Withdraw it first.",
        in_the_way=tuple(registration.awards),
    )


CONDITIONS: tuple[Callable[[Registration], Condition], ...] = (
    no_test_taken,
    no_test_booked,
    no_result_linked,
    no_outcome_added,
    no_claim_made,
)
"""What must hold for a registration to be cancelled, all of it (C2)."""


def conditions(
    registration: Registration, parts: Sequence[Registration] = ()
) -> Iterator[Condition]:
    """Say of each condition whether it is met, and what stands in the way.

    An apprenticeship is cancelled with all of its ``parts``, none of them alone (O7).
    """
    if registration.parent is not None:
        yield Condition(
            name="no-part",
            sentence="It came with an apprenticeship: cancel that registration.",
            obstacle="it came with the apprenticeship {}. Cancel that registration.",
            in_the_way=(registration.parent,),
        )
    for condition in CONDITIONS:
        found = [condition(each) for each in (registration, *parts)]
        in_the_way = chain.from_iterable(each.in_the_way for each in found)
        yield replace(found[0], in_the_way=tuple(dict.fromkeys(in_the_way)))


def charge_stands(status: InvoiceStatus) -> bool:
    """Tell whether what was charged stays charged (C3)."""
    return status in CHARGED


def require_cancellable(
    registration: Registration, parts: Sequence[Registration] = ()
) -> None:
    """Raise NotActive, or CannotCancel with all that stands in the way (C2)."""
    if registration.status is not Status.ACTIVE:
        raise NotActive(
            registration=registration.registration, status=registration.status
        )
    unmet = [c for c in conditions(registration, parts) if not c.is_met]
    if unmet:
        first, *others = (c.refusal for c in unmet)
        why = " ".join((first, *(each[0].upper() + each[1:] for each in others)))
        raise CannotCancel(registration=registration.registration, why=why)


def _sittings(registration: Registration, attendance: Attendance) -> tuple[str, ...]:
    return tuple(
        booking
        for booking, sitting in registration.sittings.items()
        if sitting.attendance is attendance
    )
