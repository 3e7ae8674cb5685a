"""Centres by number, from the events."""

from collections.abc import Iterable

from commands.command import CommandContext
from repositories.aggregate_types import CENTRE
from repositories.repository import load_many


def centre_names(context: CommandContext, numbers: Iterable[str]) -> dict[str, str]:
    """Return the names of these centres, by number; unopened ones are left out.

    A name is read only once, because no event changes it. Historical stores read it again.
    """
    known = context.centre_names if context.store.moment is None else {}
    wanted = {*numbers}
    if unknown := wanted - known.keys():
        opened = load_many(CENTRE, unknown, store=context.store)
        known |= {number: centre.name for number, (_, centre) in opened.items()}
    return {number: known[number] for number in wanted if number in known}
