"""Commands on a draft order; its steps may be done in any order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from aggregates.errors import FieldPath, Refusal
from aggregates.loss import require_no_loss
from aggregates.orders.offer import Offer, Terms, offers
from aggregates.orders.order import Later, Order
from aggregates.orders.order_loss import lost_from_order
from commands.command import (
    Command,
    CommandContext,
    CommandResult,
    Decisions,
    conflict_if_reserved,
    handles,
)
from commands.learners.learner import new_learner
from commands.learners.same_person import FindSimilarLearners
from commands.orders.order_linking import Linking, link
from commands.registrations.registration import approvals_of
from commands.uploads.group_uses import uses_changed
from events.identifier import Kind
from events.orders.order import CourseDates, OrderBegun
from repositories.aggregate_types import ORDER
from store import Change, Stream


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """A learner who is created in the same append that links them (O3, L1).

    ``cells`` are their details, by column of the template. ``alike`` finds similar
    learners; ``is_different_person`` confirms that the newcomer is somebody else.
    """

    cells: Mapping[str, str]
    alike: FindSimilarLearners
    is_different_person: bool = False


@dataclass(frozen=True, kw_only=True)
class Dating:
    """Course dates for ``learners`` of a product, or for all its learners if none are named.

    Without ``product`` they are for all products. ``is_confirmed``: a person has confirmed
    dates that look unlikely (O4).
    """

    dates: CourseDates
    is_confirmed: bool = False
    product: str | None = None
    learners: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BeginOrder(Command):
    """Begin a draft order, empty or with some of its steps done (O1).

    ``number`` is the purchase order number of the whole order.
    """

    title: ClassVar = "begin an order"

    products: tuple[str, ...] = ()
    linkings: tuple[Linking, ...] = ()
    datings: tuple[Dating, ...] = ()
    number: str | None = None


@dataclass(frozen=True, kw_only=True)
class OrderCommand(Command):
    """A command on an order that exists."""

    order: str


@dataclass(frozen=True, kw_only=True)
class LossyOrderCommand(OrderCommand):
    """A command that can remove what people typed, if ``confirm_loss`` allows that.

    ``lost_at`` is the path to the field of the request that would remove it.
    """

    lost_at: ClassVar[FieldPath]

    confirm_loss: bool = False


@dataclass(frozen=True, kw_only=True)
class ChooseOrderProducts(LossyOrderCommand):
    """Set the products of an order; all others are removed (O2)."""

    title: ClassVar = "choose order products"
    lost_at: ClassVar = ("products",)

    products: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LinkOrderLearners(LossyOrderCommand):
    """Link learners, groups and a newcomer (O3).

    With ``instead`` the learners who were linked before and are not named are unlinked.
    """

    title: ClassVar = "link order learners"
    lost_at: ClassVar = ("learners",)

    linking: Linking
    newcomer: Newcomer | None = None
    instead: bool = False


@dataclass(frozen=True, kw_only=True)
class UnlinkOrderLearner(LossyOrderCommand):
    """Unlink a learner from a product, or from the order (O3)."""

    title: ClassVar = "unlink an order learner"
    lost_at: ClassVar = ("learner",)

    learner: str
    product: str | None = None


@dataclass(frozen=True, kw_only=True)
class SetCourseDates(LossyOrderCommand):
    """Set course dates, for all or for some (O4)."""

    title: ClassVar = "set course dates"
    lost_at: ClassVar = ("dates",)

    datings: tuple[Dating, ...]


@dataclass(frozen=True, kw_only=True)
class GivePurchaseOrderNumber(OrderCommand):
    """Set the purchase order number of a product or of the order; None removes it (O1)."""

    title: ClassVar = "give a purchase order number"

    number: str | None
    product: str | None = None


@dataclass(frozen=True, kw_only=True)
class DeleteOrder(OrderCommand):
    """Delete a draft."""

    title: ClassVar = "delete an order"


@handles(BeginOrder)
def begin_order(command: BeginOrder, context: CommandContext) -> CommandResult:
    name = context.new_identifier(Kind.ORDER)
    begun = OrderBegun(order=name, centre=command.by.centre or "")
    order = Order.begin(replace(begun, order=""))
    known = offers_of(context, order, command.products, command.today)
    events: list[Later] = order.choose_products(command.products, offers=known)
    for index, linking in enumerate(command.linkings):
        with under("learners", index):
            now = order.after(events)
            events += link(context, now, linking, offers=known, by=command.by)
    events += set_dates(order.after(events), command.datings, command.today)
    events += order.after(events).give_number(command.number, product=None)
    change = ORDER.new(name).change([begun, *events], owner=order.centre)
    uses = uses_changed(
        context.store, name, before=(), after=order.after(events).everybody
    )
    return context.record(command, change, *uses, created_id=name)


def record(
    command: OrderCommand,
    context: CommandContext,
    stream: Stream,
    order: Order,
    events: Sequence[Later],
    *created: Change,
) -> CommandResult:
    """Append the events, the ``created`` learners and the uses of their groups (U11).

    Raises WorkWouldBeLost if what people typed would be removed and the command does
    not confirm it.
    """
    after = order.after(events)
    if isinstance(command, LossyOrderCommand):
        require_no_loss(
            lost_from_order(order, after),
            confirm_loss=command.confirm_loss,
            path=command.lost_at,
        )
    uses = uses_changed(
        context.store,
        order.order,
        before=order.everybody,
        after=() if after.is_deleted else after.everybody,
    )
    with conflict_if_reserved():
        return context.record(command, stream.change(events), *created, *uses)


DECISIONS = Decisions(ORDER, "order", record)


@DECISIONS.decide(ChooseOrderProducts)
def choose_order_products(
    command: ChooseOrderProducts, order: Order, context: CommandContext
) -> Sequence[Later]:
    known = offers_of(context, order, command.products, command.today)
    return order.choose_products(command.products, offers=known)


@handles(LinkOrderLearners)
def link_order_learners(
    command: LinkOrderLearners, context: CommandContext
) -> CommandResult:
    stream, order = context.load(ORDER, command.order, command)
    known = offers_of(context, order, order.lines, command.today)
    created: dict[str, Change] = {}
    if command.newcomer is not None:
        learner, change = new_learner(
            context,
            command.newcomer.cells,
            centre=order.centre,
            today=command.today,
            alike=command.newcomer.alike,
            is_different_person=command.newcomer.is_different_person,
            path=("new_learner",),
        )
        created[learner] = change
    events = link(
        context,
        order,
        command.linking,
        offers=known,
        by=command.by,
        new=list(created),
        instead=command.instead,
    )
    done = record(command, context, stream, order, events, *created.values())
    return replace(done, created_id="".join(created))


@DECISIONS.decide(UnlinkOrderLearner)
def unlink_order_learner(
    command: UnlinkOrderLearner, order: Order, _: CommandContext
) -> Sequence[Later]:
    return order.unlink(command.learner, product=command.product)


@DECISIONS.decide(SetCourseDates)
def set_course_dates(
    command: SetCourseDates, order: Order, _: CommandContext
) -> Sequence[Later]:
    return set_dates(order, command.datings, command.today)


@DECISIONS.decide(GivePurchaseOrderNumber)
def give_purchase_order_number(
    command: GivePurchaseOrderNumber, order: Order, _: CommandContext
) -> Sequence[Later]:
    return order.give_number(command.number, product=command.product)


@DECISIONS.decide(DeleteOrder)
def delete_order(_: DeleteOrder, order: Order, __: CommandContext) -> Sequence[Later]:
    return order.delete()


def offers_of(
    context: CommandContext, order: Order, products: Iterable[str], today: date
) -> dict[str, Offer]:
    """Return the day's offers of these products to the order's centre, by product."""
    approvals = approvals_of(context, order.centre)[1]
    return offers(context.catalogue, products, Terms(approvals=approvals, today=today))


def set_dates(order: Order, datings: Sequence[Dating], today: date) -> list[Later]:
    """Decide on several course dates, one after the other; return all events."""
    events: list[Later] = []
    for index, dating in enumerate(datings):
        with under("dates", index):
            events += order.after(events).set_dates(
                dating.dates,
                product=dating.product,
                learners=dating.learners,
                today=None if dating.is_confirmed else today,
            )
    return events


@contextmanager
def under(*place: str | int) -> Iterator[None]:
    """Put ``place``, a part of the request, before the path of refusals raised inside."""
    try:
        yield
    except Refusal as refusal:
        for fault in (refusal, *refusal.others):
            if fault.path is not None:
                fault.path = (*place, *fault.path)
        raise
