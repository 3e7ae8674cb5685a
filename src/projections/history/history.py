"""The history of one thing: who did what and when, with before and after (H1, H2)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from operator import attrgetter
from typing import Any

import msgspec

from aggregates.aggregate import Aggregate
from aggregates.learners.date_of_birth import ERASED as ERASED_BIRTH
from projections.history.event_descriptions import sentence
from store import Position, Recorded, Stream

HIDDEN = frozenset(
    {
        *("password_hash", "pin_hash", "digest", "person_id", "file", "sha256"),
        *("secret", "recovery_hashes"),
    }
)
"""Fields left out of a history: secrets that say nothing about what happened."""

MOST_CHANGES = 200
NO_BIRTH = ERASED_BIRTH.isoformat()


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """A value that changed; None where there was, or is, none."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """An event, or a refused command, which has no ``version``."""

    version: int | None
    position: Position
    event: str
    sentence: str
    recorded_at: datetime
    user: str
    role: str
    centre: str | None
    channel: str
    request: str | None
    correlation: str | None
    cause: Position | None
    reason: str | None
    is_erased: bool
    data: Mapping[str, Any]
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HistoryStep:
    """An event, and all values of the thing before and after it, by path."""

    recorded: Recorded
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def history(
    aggregate: type[Aggregate], stream: Stream, refusals: Stream
) -> Iterator[HistoryEntry]:
    """Yield a history in order, with refusals in their place."""
    happened = (
        entry(
            step.recorded,
            version=step.recorded.version,
            changes=tuple(changes(step.before, step.after)),
        )
        for step in steps(aggregate, stream)
    )
    refused = (entry(recorded, version=None) for recorded in refusals.history)
    return merge(happened, refused, key=attrgetter("position"))


def steps(aggregate: type[Aggregate], stream: Stream) -> Iterator[HistoryStep]:
    """Fold a stream event by event."""
    state: Aggregate | None = None
    before: dict[str, Any] = {}
    for recorded in stream.history:
        event = recorded.event
        state = aggregate.begin(event) if state is None else state.apply(event)
        after = flat(plain(state))
        yield HistoryStep(recorded=recorded, before=before, after=after)
        before = after


def entry(
    recorded: Recorded, *, version: int | None, changes: tuple[FieldChange, ...] = ()
) -> HistoryEntry:
    """Describe one recorded event."""
    data = plain(recorded.event)
    return HistoryEntry(
        version=version,
        position=recorded.position,
        event=recorded.event.topic,
        sentence=sentence(recorded.event),
        recorded_at=recorded.recorded_at,
        user=recorded.user,
        role=recorded.role,
        centre=recorded.centre,
        channel=recorded.channel,
        request=recorded.request,
        correlation=recorded.correlation,
        cause=recorded.cause,
        reason=data.get("reason"),
        is_erased=recorded.is_erased,
        data=data,
        changes=changes[:MOST_CHANGES],
    )


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[FieldChange]:
    """Compare two states value by value, in the order of the later one."""
    for name in dict.fromkeys((*after, *before)):
        if before.get(name) != after.get(name):
            yield FieldChange(
                field=name, before=before.get(name), after=after.get(name)
            )


def plain(value: object) -> dict[str, Any]:
    """Convert an event or a state to plain values, without hidden ones."""
    return visible_values(msgspec.to_builtins(value, str_keys=True, enc_hook=str))


def visible_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out hidden values at any depth; an erased date of birth becomes None."""
    return {
        name: visible_values(each)
        if isinstance(each, Mapping)
        else None
        if each == NO_BIRTH
        else each
        for name, each in values.items()
        if name not in HIDDEN
    }


def flat(values: Mapping[str, Any], within: str = "") -> dict[str, Any]:
    """Flatten values by path: ``lines.Q-0005001227.price``."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            found |= flat(value, f"{within}{name}.")
        else:
            found[f"{within}{name}"] = value
    return found
