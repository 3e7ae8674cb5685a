"""Linking learners to an order: by name, and by group (O3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from aggregates.errors import FieldPath
from aggregates.orders import order_linking
from aggregates.orders.offer import Offer
from aggregates.orders.order import Later, Order
from aggregates.orders.order_linking import PathwayChoice
from aggregates.orders.order_refusals import GroupHasNoLearners
from commands.command import CommandContext
from commands.learners.erased_learners import erased_learners, require_none_erased
from events.identifier import stream_of
from repositories.aggregate_types import GROUP, LEARNER
from repositories.repository import load
from store import Actor


@dataclass(frozen=True, kw_only=True)
class Linking:
    """Whom to link to a product, or to the whole order if there is no product.

    ``learners`` gives each learner's pathway. ``choice`` is the pathway of all others: of
    those without one, of the learners of ``groups``, and of a newcomer.
    """

    product: str | None = None
    learners: Mapping[str, PathwayChoice | None] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    choice: PathwayChoice = order_linking.NO_PATHWAY


def link(
    context: CommandContext,
    order: Order,
    linking: Linking,
    *,
    offers: Mapping[str, Offer],
    by: Actor,
    new: Sequence[str] = (),
    instead: bool = False,
) -> list[Later]:
    """Decide who is linked, by the present groups and learners (O3).

    Members of a group who have been transferred since are left out (L6). ``new`` are
    learners created in the same append.
    """
    require_none_erased(context, linking.learners, path=("learners",))
    of_groups = [who for group in linking.groups for who in members(context, group, by)]
    known = known_at(context, order.centre, [*linking.learners, *of_groups])
    named = {**linking.learners}
    for who in (*(who for who in of_groups if who in known), *new):
        named.setdefault(who, None)
    return order_linking.link(
        order,
        named,
        product=linking.product,
        choice=linking.choice,
        offers=offers,
        known=known.union(new),
        instead=instead,
    )


def known_at(context: CommandContext, centre: str, learners: Iterable[str]) -> set[str]:
    """Return those of the learners who belong to the centre now (L6)."""
    streams = {who: stream_of(who) for who in learners}
    opened = context.store.open_many(streams.values())
    return {
        who
        for who, at in streams.items()
        if LEARNER.begins(opened[at]) and opened[at].owner == centre
    }


def members(
    context: CommandContext, group: str, by: Actor, *, path: FieldPath = ("groups",)
) -> tuple[str, ...]:
    """Return the learners of a group, except erased ones (H6).

    Raises NotFound, GroupIsUndone, or GroupHasNoLearners.
    """
    _, upload = load(GROUP, group, store=context.store, reader=by)
    upload.require_there()
    joined = upload.learners
    gone = erased_learners(context, joined)
    learners = tuple(who for who in joined if who not in gone)
    if not learners:
        raise GroupHasNoLearners(path=path, group=group)
    return learners
