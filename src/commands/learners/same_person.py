"""Whether somebody of the same name and birth is known to a centre already (U6).

The first of them holds what is so said, from the moment they are made known: whoever
makes another known at the same moment finds them, however far read models have come.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from aggregates.errors import FieldPath
from aggregates.learners.learner import Learner, LooksLikeAnother
from events.identifier import stream_of
from repositories.aggregate_types import LEARNER
from store import EventStore, Reservation

FindSimilarLearners: TypeAlias = Callable[
    [str, Sequence[str]], Mapping[str, Sequence[str]]
]
"""Finds the learners of a centre by their likeness: who they are, by likeness."""


def reserved_person(store: EventStore, centre: str, likeness: str) -> Reservation:
    """Say what the first of a name and birth at a centre holds."""
    return Reservation(scope=f"person:{centre}", key=store.make_key(likeness))


def known_alike(
    store: EventStore,
    centre: str,
    likenesses: Sequence[str],
    alike: FindSimilarLearners,
) -> dict[str, list[str]]:
    """Find the centre's learners of the same name and birth, those of just now too."""
    found = {like: [*them] for like, them in alike(centre, likenesses).items()}
    keys = {store.make_key(like): like for like in likenesses}
    held = store.find_reservations(f"person:{centre}", keys)
    told = {stream_of(learner) for them in found.values() for learner in them}
    fresh = {each.stream: keys[key] for key, each in held.items()}
    opened = store.open_many(stream for stream in fresh if stream not in told)
    for at, stream in opened.items():
        found.setdefault(fresh[at], []).append(LEARNER.replay(stream).learner)
    return found


def require_nobody_alike(others: Sequence[str], path: FieldPath = ()) -> None:
    """Raise LooksLikeAnother if there are others, about whom nothing was said."""
    if others:
        raise LooksLikeAnother(
            learners=" or ".join(others), path=(*path, "confirm_different_person")
        )


def unheld(store: EventStore, centre: str, likenesses: Iterable[str]) -> set[str]:
    """Find of which likenesses nobody at the centre is the first.

    Asked before ``known_alike``: whoever comes in between is then found by that, or has
    taken what is to be reserved; asked after it, they would be missed by both.
    """
    keys = {store.make_key(like): like for like in likenesses}
    held = store.find_reservations(f"person:{centre}", keys)
    return {like for key, like in keys.items() if key not in held}


def held_by(
    store: EventStore, learners: Iterable[Learner]
) -> dict[str, list[Reservation]]:
    """Find what is to be released if they are these people no more, by learner.

    Others of the same name and birth hold nothing, nor does who was known before.
    """
    wanted: dict[str, dict[str, str]] = {}
    for each in learners:
        key = store.make_key(each.details.likeness)
        wanted.setdefault(f"person:{each.centre}", {})[each.learner] = key
    found: dict[str, list[Reservation]] = {}
    for scope, keys in wanted.items():
        held = store.find_reservations(scope, set(keys.values()))
        for learner, key in keys.items():
            is_theirs = key in held and held[key].stream == stream_of(learner)
            found[learner] = [Reservation(scope=scope, key=key)] if is_theirs else []
    return found
