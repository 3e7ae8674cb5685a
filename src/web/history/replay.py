"""One thing replayed: what it was after each of its events, step by step (H3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from access.refusals import history_with_refusals
from projections.history.history import HistoryEntry
from web.history.history import kind_of
from web.http.context import PageContext
from web.http.inputs import read_number
from web.http.page_router import PageRouter
from web.search import ADDRESSES

pages = PageRouter("learners")

NOTHING: tuple[Any, ...] = (None, "", [], {})
"""The values that say that there is nothing."""


@dataclass(frozen=True, kw_only=True)
class ReplayedValue:
    """A value of the thing after an event; ``before`` is told where it is another now."""

    field: str
    value: Any
    before: Any
    is_changed: bool


@pages.get("/history/{name}/replay")
def replay_history(context: PageContext, name: str) -> Response:
    """Show what one thing was after an event: its last, or that of a ``version``."""
    kind = kind_of(name)
    told = history_with_refusals(
        kind, name, store=context.service.store, reader=context.by
    )
    happened = [each for each in told if each.version is not None]
    last = len(happened) - 1
    asked = read_number(context.parameter("version"))
    place = next((n for n, each in enumerate(happened) if each.version == asked), last)
    entry = happened[place]
    page_address = kind.prefix and ADDRESSES.get(kind.prefix)
    return context.page(
        "history/replay.html",
        title=f"{kind.noun.capitalize()} {name}, step {place + 1} of {last + 1}",
        crumbs=[(f"History of {name}", f"/history/{name}")],
        name=name,
        entry=entry,
        values=replayed_values(happened[: place + 1]),
        earlier=happened[place - 1] if place else None,
        later=happened[place + 1] if place < last else None,
        moment=entry.recorded_at.isoformat(),
        page_address=f"{page_address}/{name}" if page_address else "",
    )


def values_after(entries: Iterable[HistoryEntry]) -> dict[str, Any]:
    """Put the changes of entries together: the value of each field after the last."""
    return {change.field: change.after for each in entries for change in each.changes}


def replayed_values(entries: Sequence[HistoryEntry]) -> list[ReplayedValue]:
    """Put the changes of all entries together: what there was after the last of them."""
    values = values_after(entries)
    changed = {change.field: change.before for change in entries[-1].changes}
    return [
        ReplayedValue(
            field=name,
            value=value,
            before=changed.get(name),
            is_changed=name in changed and changed[name] != value,
        )
        for name, value in values.items()
        if value not in NOTHING or changed.get(name) not in NOTHING
    ]
