"""Centres by number, from the facts."""

from collections.abc import Iterable

from commands.command import CommandContext
from repositories.aggregate_types import CENTRE
from repositories.repository import load_many


def centre_names(context: CommandContext, numbers: Iterable[str]) -> dict[str, str]:
    """Give the names of these centres, by number; those that are not open are left out.

    A name is read once: no event changes one. What is asked of the past is read again.
    """
    known = context.centre_names if context.store.moment is None else {}
    wanted = {*numbers}
    if unknown := wanted - known.keys():
        opened = load_many(CENTRE, unknown, store=context.store)
        known |= {number: centre.name for number, (_, centre) in opened.items()}
    return {number: known[number] for number in wanted if number in known}
