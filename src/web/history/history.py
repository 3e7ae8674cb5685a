"""The history of one thing: who did what, and when, with before and after (H1, H2)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from starlette.responses import Response

from access.refusals import history_with_refusals
from aggregates.errors import NotFound
from aggregates.uk_time import LONDON, clock_in_london
from events.identifier import Kind
from projections.history.history import HistoryEntry
from projections.history.timeline import timeline
from repositories.aggregate_types import LEARNER, WITH_HISTORY, AggregateType
from web.http.context import PageContext
from web.http.page_router import PageRouter
from web.http.rendering import write_day
from web.learners.learners import LEARNERS
from web.search import ADDRESSES

pages = PageRouter("learners")

LISTED = 200
"""How many events a page holds; the newest."""


@dataclass(frozen=True, kw_only=True)
class DayOfHistory:
    """What happened on a day, newest first; ``gap`` is a silence of months after it."""

    day: str
    entries: tuple[tuple[str, HistoryEntry], ...]


@pages.get("/history/{name}")
def show_history(context: PageContext, name: str) -> Response:
    """Show all that happened to one thing that the user may know of."""
    kind = kind_of(name)
    entries = [
        *history_with_refusals(
            kind, name, store=context.service.store, reader=context.by
        )
    ]
    return history_page(context, name, f"What happened to {kind.noun} {name}", entries)


@pages.get(LEARNERS + "/{learner}/timeline")
def show_timeline(context: PageContext, learner: str) -> Response:
    """Show all that ever happened to a learner, wherever it was recorded."""
    _, person = context.load(LEARNER, learner)
    with context.rows() as connection:
        entries = timeline(
            context.service.store, connection, learner, centre=context.centre
        )
    name = person.full_name
    crumbs = [("Learners", LEARNERS), (name, f"{LEARNERS}/{learner}")]
    return history_page(context, learner, f"What happened to {name}", entries, crumbs)


def history_page(
    context: PageContext,
    name: str,
    title: str,
    entries: list[Any],
    crumbs: Iterable[tuple[str, str]] = (),
) -> Response:
    newest = entries[::-1]
    replay_address = f"/history/{name}/replay"
    its_page = ADDRESSES.get(Kind(name.partition("-")[0].upper()))
    return context.page(
        "history/history.html",
        title=title,
        crumbs=[*crumbs],
        days=[*days_of(newest[:LISTED])],
        replay_address=replay_address,
        page_address=f"{its_page}/{name}" if its_page else replay_address,
        left_out=max(0, len(newest) - LISTED),
    )


def days_of(entries: Iterable[HistoryEntry]) -> Iterator[DayOfHistory]:
    """Put what happened on one day in London together."""

    def day(each: HistoryEntry) -> str:
        return write_day(each.recorded_at.astimezone(LONDON).date())

    for name, those in groupby(entries, key=day):
        timed = ((clock_in_london(each.recorded_at), each) for each in those)
        yield DayOfHistory(day=name, entries=tuple(timed))


def kind_of(name: str) -> AggregateType[Any]:
    """Find what an identifier is of, by its prefix. Raises NotFound."""
    prefix = name.partition("-")[0].upper()
    for kind in WITH_HISTORY:
        if kind.prefix is not None and kind.prefix.value == prefix:
            return kind
    raise NotFound(what="thing with the number", name=name)
