"""Link learners to the products of an order, each on a pathway (O1, O3, O7)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from aggregates.catalogue_refusals import PathwayUnknown
from aggregates.errors import FieldPath, Refusal
from aggregates.orders.offer import Offer
from aggregates.orders.order import Later, Order
from aggregates.orders.order_line import OrderLineLearner
from aggregates.orders.order_refusals import (
    LearnersRefused,
    LearnerUnknown,
    PathwayNeedsProduct,
    PathwayOfApprenticeship,
    PathwaySaidTwice,
    QualificationNotOrdered,
    require_none,
)
from events.orders.order import OrderLearnersLinked, OrderLearnersUnlinked


@dataclass(frozen=True, kw_only=True)
class PathwayChoice:
    """The pathway of a qualification, or of each qualification of an apprenticeship."""

    pathway: str | None = None
    pathways: Mapping[str, str] = field(default_factory=dict)


NO_PATHWAY = PathwayChoice()


def link(
    order: Order,
    learners: Mapping[str, PathwayChoice | None],
    *,
    product: str | None,
    offers: Mapping[str, Offer],
    known: Collection[str],
    choice: PathwayChoice = NO_PATHWAY,
    instead: bool = False,
) -> list[Later]:
    """Link learners to a product, or to the order and all its products (O3).

    ``learners`` gives each learner's own choice of pathway. A learner without one gets
    ``choice``; without that either, their pathway stays as it was. ``known`` are those of
    the learners who belong to the centre. With ``instead``, all other learners are
    unlinked.
    """
    order.require_draft()
    order.require_lines(product)
    targets = list(order.lines) if product is None else [product]
    offered = [offers[target] for target in targets if target in offers]
    faults = list(pathway_faults(offered, choice, path=()))
    for index, (learner, own) in enumerate(learners.items()):
        at = ("learners", index)
        if learner in known:
            faults += pathway_faults(offered, own or NO_PATHWAY, path=at)
        else:
            faults.append(LearnerUnknown(path=(*at, "learner"), learner=learner))
    require_none(faults, LearnersRefused)
    events: list[Later] = []
    if product is None:
        there = dict.fromkeys(order.learners, OrderLineLearner())
        events += _link_moved(
            None, there, dict.fromkeys(learners, NO_PATHWAY), instead=instead
        )
    for target in targets:
        offer = offers.get(target)
        wanted = {
            learner: _effective_choice(own or NO_PATHWAY, choice, offer)
            for learner, own in learners.items()
        }
        now = order.lines[target].learners
        events += _link_moved(target, now, wanted, instead=instead)
    return order.within_limit(events, offers)


def pathway_faults(
    offers: Collection[Offer], choice: PathwayChoice, *, path: FieldPath
) -> Iterator[Refusal]:
    """Refuse a pathway that a product, or a qualification of it, does not have."""
    single = [offer for offer in offers if not offer.parts]
    if choice.pathway is not None:
        at = (*path, "pathway")
        for offer in (each for each in single if each.product not in choice.pathways):
            yield from _pathway_refusals(offer, choice.pathway, path=at)
        if not offers:
            yield PathwayNeedsProduct(path=at, pathway=choice.pathway)
        elif not single:
            titles = " and ".join(offer.title for offer in offers)
            yield PathwayOfApprenticeship(path=at, title=titles)
    parts = {part.product: part for offer in offers for part in offer.parts}
    parts |= {offer.product: offer for offer in single}
    for qualification, pathway in choice.pathways.items():
        at = (*path, "pathways", qualification)
        if qualification in parts:
            yield from _pathway_refusals(parts[qualification], pathway, path=at)
        else:
            yield QualificationNotOrdered(path=at, qualification=qualification)


def require_one_pathway(
    linked: Iterable[tuple[FieldPath, str | None, str, PathwayChoice]],
) -> None:
    """Refuse a request with two pathways for one learner on one product (O1).

    ``linked`` holds the path, product, learner and choice of each link in the request.
    """
    said: dict[tuple[str | None, str], PathwayChoice] = {}
    twice = [
        PathwaySaidTwice(path=path, learner=learner)
        for path, product, learner, choice in linked
        if choice != NO_PATHWAY
        and said.setdefault((product, learner), choice) != choice
    ]
    require_none(twice, LearnersRefused)


def _pathway_refusals(
    offer: Offer, pathway: str, *, path: FieldPath
) -> Iterator[Refusal]:
    if pathway not in offer.pathways:
        yield PathwayUnknown(
            path=path,
            title=offer.title,
            pathway=pathway,
            pathways=", ".join(offer.pathways),
        )


def _effective_choice(
    own: PathwayChoice, of_all: PathwayChoice, offer: Offer | None
) -> PathwayChoice:
    """Combine a learner's own choice with the choice for all, for one product.

    On an apprenticeship, a pathway named for a qualification goes before a general one.
    """
    if offer is None:
        return PathwayChoice(pathway=own.pathway or of_all.pathway)
    if not offer.parts:
        return PathwayChoice(
            pathway=own.pathways.get(offer.product)
            or own.pathway
            or of_all.pathways.get(offer.product)
            or of_all.pathway
        )
    said = {**of_all.pathways, **own.pathways}
    parts = (part.product for part in offer.parts)
    return PathwayChoice(pathways={part: said[part] for part in parts if part in said})


def _link_moved(
    product: str | None,
    now: Mapping[str, OrderLineLearner],
    wanted: Mapping[str, PathwayChoice],
    *,
    instead: bool,
) -> list[Later]:
    """Make the events that link, move to another pathway, and unlink learners."""
    linked: dict[str, str | None] = {}
    pathways: dict[str, dict[str, str]] = {}
    for who, choice in wanted.items():
        there = now.get(who, OrderLineLearner())
        together = {**there.pathways, **choice.pathways}
        is_changed = choice.pathway not in {None, there.pathway}
        if who not in now or is_changed or together != there.pathways:
            linked[who] = choice.pathway
            if together:
                pathways[who] = together
    gone = tuple(who for who in now if instead and who not in wanted)
    events: list[Later] = []
    if gone:
        events.append(OrderLearnersUnlinked(product=product, learners=gone))
    if linked:
        events.append(
            OrderLearnersLinked(product=product, learners=linked, pathways=pathways)
        )
    return events
