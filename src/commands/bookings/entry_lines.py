"""Entry lines: one test for many learners (B1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aggregates.bookings.entry_check import EntryPath
from aggregates.errors import FieldPath
from commands.command import CommandContext
from commands.orders.order_linking import known_at, members
from commands.registrations.registration import ACTIVE_REGISTRATION, active_key
from events.bookings.entry_order import Entry
from store import Actor


@dataclass(frozen=True, kw_only=True)
class EntryLine:
    """A test, and the learners and groups to enter for it.

    ``test`` is the entry without a learner. With ``is_for_registered``, members of the
    groups without an Active registration on the qualification are left out.
    """

    test: Entry
    learners: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    is_for_registered: bool = False


def expand(
    context: CommandContext, centre: str, lines: Sequence[EntryLine], by: Actor
) -> tuple[list[Entry], list[EntryPath]]:
    """Make an entry for each learner of each line, with its path in the request.

    A learner named twice in a line is entered once. Members of a group who were erased or
    transferred since are left out. Raises NotFound, GroupIsUndone, GroupHasNoLearners.
    """
    entries: list[Entry] = []
    paths: list[EntryPath] = []
    for number, line in enumerate(lines):
        at = ("lines", number)
        people: dict[str, FieldPath] = {
            who: (*at, "learners", place) for place, who in enumerate(line.learners)
        }
        for who in _of_groups(context, centre, line, by, path=(*at, "groups")):
            people.setdefault(who, (*at, "groups"))
        entries += [replace(line.test, learner=who) for who in people]
        paths += [EntryPath(entry=at, learner=path) for path in people.values()]
    return entries, paths


def _of_groups(
    context: CommandContext, centre: str, line: EntryLine, by: Actor, *, path: FieldPath
) -> list[str]:
    named = [
        who for group in line.groups for who in members(context, group, by, path=path)
    ]
    known = known_at(context, centre, named)
    if line.is_for_registered:
        keys = {active_key(who, line.test.qualification): who for who in known}
        known = {
            keys[key]
            for key in context.store.find_reservations(ACTIVE_REGISTRATION, keys)
        }
    return [who for who in named if who in known]
