"""Centres, and the products that they are approved to order."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self, TypeAlias, assert_never
from uuid import UUID

from aggregates.aggregate import Aggregate
from aggregates.centres.user import require_reason_of
from aggregates.errors import Malformed, RuleBroken
from events.centres.centre import ApprovalGranted, ApprovalWithdrawn, CentreOpened
from events.centres.user import Role

CentreEvent: TypeAlias = CentreOpened | ApprovalGranted | ApprovalWithdrawn


class CentreNumberMalformed(Malformed):
    code = "centre-number-malformed"
    message = "A centre number has 2 to 10 digits; {number!r} does not."


class CentreNameMissing(Malformed):
    code = "centre-name-missing"
    message = "Give the name of the centre."


class CentreIsOpen(RuleBroken):
    code = "centre-is-open"
    message = "There is a centre {number} already: {name}. Choose another number."


FEWEST_DIGITS, MOST_DIGITS = 2, 10


def open_centre(*, number: str, name: str) -> CentreOpened:
    """Open a centre at the awarding organisation."""
    is_short_enough = FEWEST_DIGITS <= len(number) <= MOST_DIGITS
    if not (number.isascii() and number.isdigit() and is_short_enough):
        raise CentreNumberMalformed(number=number, path=("number",))
    if not name.strip():
        raise CentreNameMissing(path=("name",))
    return CentreOpened(number=number, name=name.strip())


@dataclass(frozen=True, kw_only=True)
class Centre(Aggregate):
    """A centre and the products that it may order; ``ever`` includes withdrawn approvals."""

    number: str
    name: str
    approvals: frozenset[str] = frozenset()
    ever: frozenset[str] = frozenset()

    @classmethod
    def begin(cls, event: CentreOpened) -> Self:
        return cls(number=event.number, name=event.name)

    def apply(self, event: CentreEvent) -> Self:
        match event:
            case ApprovalGranted():
                return replace(
                    self,
                    approvals=self.approvals | {event.product},
                    ever=self.ever | {event.product},
                )
            case ApprovalWithdrawn():
                return replace(self, approvals=self.approvals - {event.product})
            case CentreOpened():
                raise ValueError(f"The centre {self.number} was opened twice.")
            case _:
                assert_never(event)

    def grant(
        self, product: str, *, by: Role, reason: str | None, key: UUID
    ) -> list[ApprovalGranted]:
        """Approve the centre for a product."""
        require_reason_of(by, reason)
        if product in self.approvals:
            return []
        return [ApprovalGranted(product=product, person_id=key, reason=reason)]

    def withdraw(
        self, product: str, *, by: Role, reason: str | None, key: UUID
    ) -> list[ApprovalWithdrawn]:
        """Withdraw the approval for a product; confirmed orders stay."""
        require_reason_of(by, reason)
        if product not in self.approvals:
            return []
        return [ApprovalWithdrawn(product=product, person_id=key, reason=reason)]

    def grant_at_first(
        self, products: Iterable[str], *, key: UUID
    ) -> list[ApprovalGranted]:
        """Grant the approvals of the catalogue's file that were never granted before."""
        return [
            ApprovalGranted(product=product, person_id=key)
            for product in products
            if product not in self.ever
        ]
