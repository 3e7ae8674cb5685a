"""One thing at two moments: what was another at the later than at the earlier (H2, H3)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from starlette.responses import Response

from access.refusals import history_with_refusals
from aggregates.errors import Malformed, Refusal
from projections.history.history import HistoryEntry
from web.history.history import kind_of
from web.history.replay import NOTHING, ReplayedValue, values_after
from web.http.context import PageContext
from web.http.moments import read_moment
from web.http.page_router import PageRouter

pages = PageRouter("learners")

ENDS = ("earlier", "later")


class LaterIsEarlier(Malformed):
    code = "later-is-earlier"
    message = "This is before the earlier moment. Give one after it."


@pages.get("/history/{name}/compare")
def compare_moments(context: PageContext, name: str) -> Response:
    """Show what was another at a later moment, now if none is given, than at an earlier."""
    kind = kind_of(name)
    entries = [
        each
        for each in history_with_refusals(
            kind, name, store=context.service.store, reader=context.by
        )
        if each.version is not None
    ]
    refused, moments = None, list[datetime]()
    try:
        if context.parameter("earlier"):
            moments = [_read_end(context, each) for each in ENDS]
            if moments[1] < moments[0]:
                raise LaterIsEarlier(path=("later",))
    except Refusal as error:
        refused, moments = error, []
    values: list[ReplayedValue] = []
    between: list[HistoryEntry] = []
    if moments:
        first, last = moments
        values = differences(_values_at(entries, first), _values_at(entries, last))
        between = [each for each in entries if first < each.recorded_at <= last]
    return context.page(
        "history/compare.html",
        title=f"{kind.noun.capitalize()} {name} at two moments",
        crumbs=[(f"History of {name}", f"/history/{name}")],
        refused=refused,
        name=name,
        moments=moments,
        values=values,
        between=between,
        typed={
            part: context.parameter(part) or ""
            for end in ENDS
            for part in (end, f"{end}_time")
        },
    )


def _read_end(context: PageContext, end: str) -> datetime:
    """Read a moment from its two fields. Raises as ``read_moment``, at one of these."""
    given = context.parameter(end)
    if given is None:
        return context.at
    clock = context.parameter(f"{end}_time")
    try:
        return read_moment(given, clock, context.at)
    except Refusal as refused:
        is_clock = refused.path == ("at_time",)
        refused.path = (f"{end}_time" if is_clock else end,)
        raise


def _values_at(entries: Iterable[HistoryEntry], moment: datetime) -> dict[str, Any]:
    return values_after(each for each in entries if each.recorded_at <= moment)


def differences(earlier: dict[str, Any], later: dict[str, Any]) -> list[ReplayedValue]:
    """List the values that are not the same at both moments."""
    return [
        ReplayedValue(
            field=name,
            value=later.get(name),
            before=earlier.get(name),
            is_changed=True,
        )
        for name in {**earlier, **later}
        if earlier.get(name) != later.get(name)
        and not (earlier.get(name) in NOTHING and later.get(name) in NOTHING)
    ]
