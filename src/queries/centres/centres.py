"""Centres by number, from the facts."""

from collections.abc import Iterable

from commands.command import CommandContext
from repositories.aggregate_types import CENTRE
from repositories.repository import load_many


def centre_names(context: CommandContext, numbers: Iterable[str]) -> dict[str, str]:
    """Give the names of these centres, by number."""
    opened = load_many(CENTRE, numbers, store=context.store)
    return {number: centre.name for number, (_, centre) in opened.items()}
