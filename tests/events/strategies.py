"""Any event at all, as its type allows."""

from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast, get_type_hints

from hypothesis import strategies as st

from events.event import Event

st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(
    Decimal, st.decimals(-(10**6), 10**6, places=2, allow_nan=False)
)


def kinds() -> list[type[Event]]:
    """List every kind of event there is, by topic."""
    return [kind for _, kind in sorted(Event.known.items())]


def of(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Any event of that kind, every field of it drawn."""
    return OF_EACH[kind]


def _drawn(kind: type[Event]) -> st.SearchStrategy[Event]:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(cast("Any", kind))]
    drawn: dict[str, Any] = {name: st.from_type(hints[name]) for name in names}
    return st.builds(kind, **drawn)


OF_EACH = {kind: _drawn(kind) for kind in kinds()}
"""Made once: making one takes longer than drawing from it."""

any_event = st.sampled_from(kinds()).flatmap(of)
