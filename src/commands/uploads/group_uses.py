"""The uses of a group's learners: on orders, and in other groups (U11).

A command that uses learners records it in the stream of their group, in the same append;
undoing the group writes to the same stream. Of two at the same moment exactly one succeeds.
"""

from collections.abc import Collection, Iterable

from events.identifier import stream_of
from events.learners.learner import LearnerCreated, LearnerTransferred
from repositories.aggregate_types import GROUP_USES
from repositories.repository import load_many
from store import Change, EventStore, Stream


def uses_changed(
    store: EventStore, by: str, *, before: Collection[str], after: Collection[str]
) -> list[Change]:
    """Make the changes of the groups whose learners were added or removed.

    ``by`` is the order or group that has the learners. Raises GroupIsUndone.
    """
    joined, left = set(after) - set(before), set(before) - set(after)
    came = groups_of(store, joined)
    gone = groups_of(store, left) - groups_of(store, after) if left else set()
    opened = load_many(GROUP_USES, sorted((came | gone) - {by}), store=store)
    changes = []
    for name, (stream, group) in opened.items():
        events = group.use(by) if name in came else group.release(by)
        changes += [stream.change(events)] if events else []
    return changes


def groups_of(store: EventStore, learners: Iterable[str]) -> set[str]:
    """Return the groups in which these learners were uploaded."""
    streams = store.open_many(stream_of(learner) for learner in learners)
    return {group for stream in streams.values() if (group := group_of(stream))}


def group_of(stream: Stream) -> str | None:
    """Return the group in which a learner was uploaded; None after a transfer (L6)."""
    first = stream.events[0] if stream.history else None
    is_left = any(isinstance(each, LearnerTransferred) for each in stream.events)
    return first.group if isinstance(first, LearnerCreated) and not is_left else None


def learners_undone(store: EventStore, learners: Iterable[str]) -> frozenset[str]:
    """Return those of the learners whose group was undone."""
    streams = store.open_many(stream_of(learner) for learner in set(learners))
    groups = {at: group for at, each in streams.items() if (group := group_of(each))}
    opened = load_many(GROUP_USES, groups.values(), store=store)
    gone = {group for group, (_, uses) in opened.items() if uses.is_undone}
    return frozenset(
        learner for learner in learners if groups.get(stream_of(learner)) in gone
    )
