"""Find a centre's learners with the same name and date of birth (U6).

The first learner with a name and date of birth at a centre holds a reservation from the
append that creates them. Two such learners created at the same moment are therefore found,
even if the read models are behind the log.

A ``likeness`` is the text that ``Details.likeness`` makes of a name and date of birth.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

from aggregates.errors import FieldPath
from aggregates.learners.learner import Learner, LooksLikeAnother
from events.identifier import stream_of
from repositories.aggregate_types import LEARNER
from store import EventStore, Reservation

FindSimilarLearners: TypeAlias = Callable[
    [str, Sequence[str]], Mapping[str, Sequence[str]]
]
"""Finds the identifiers of a centre's learners with these likenesses, by likeness."""


def reserved_person(store: EventStore, centre: str, likeness: str) -> Reservation:
    """Make the reservation that the first learner with a likeness at a centre holds."""
    return Reservation(scope=f"person:{centre}", key=store.make_key(likeness))


def likeness_holders(
    store: EventStore, centre: str, likenesses: Iterable[str]
) -> dict[str, UUID]:
    """Find the streams of the centre's learners who reserved these likenesses.

    Call this before ``known_alike``. If another learner of a likeness is created between
    the two calls, either ``known_alike`` finds them or the reservation is refused; with
    the calls in the other order, both could miss them.
    """
    keys = {store.make_key(like): like for like in likenesses}
    held = store.find_reservations(f"person:{centre}", keys)
    return {keys[key]: each.stream for key, each in held.items()}


def known_alike(
    store: EventStore,
    centre: str,
    likenesses: Sequence[str],
    alike: FindSimilarLearners,
    held: Mapping[str, UUID],
) -> dict[str, list[str]]:
    """Return the identifiers of the centre's learners with these likenesses, by likeness.

    ``alike`` searches the read models. ``held``, the ``likeness_holders``, adds the first
    learner of a likeness if the read models do not show them yet.
    """
    found = {like: [*them] for like, them in alike(centre, likenesses).items()}
    told = {stream_of(learner) for them in found.values() for learner in them}
    fresh = {at: like for like, at in held.items() if at not in told}
    for at, stream in store.open_many(fresh).items():
        found.setdefault(fresh[at], []).append(LEARNER.replay(stream).learner)
    return found


def require_nobody_alike(others: Sequence[str], path: FieldPath = ()) -> None:
    """Raise LooksLikeAnother if there are ``others``.

    Call it only if nobody has confirmed that they are different people. ``path`` leads
    to the learner in the request.
    """
    if others:
        raise LooksLikeAnother(
            learners=" or ".join(others), path=(*path, "confirm_different_person")
        )


def person_reservations(
    store: EventStore, learners: Iterable[Learner]
) -> dict[str, list[Reservation]]:
    """Return the reservations of likeness that these learners hold, by learner.

    They are released when a learner's name or date of birth changes, or when the learner
    leaves the centre. The list is empty for a learner who holds none.
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
