"""Commands that are imported only when they are asked for, so that each starts fast."""

from collections import UserDict
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup
from typer.main import get_group


class Commands(UserDict[str, Any]):
    """Commands by name, each kept as ``module:attribute`` until it is looked up."""

    def __getitem__(self, name: str) -> Any:
        where = super().__getitem__(name)
        if isinstance(where, str):
            module, _, attribute = where.partition(":")
            self[name] = _made(name, getattr(import_module(module), attribute))
        return super().__getitem__(name)


class LazyGroup(TyperGroup):
    """A group that knows where its commands are."""

    where: ClassVar[dict[str, str]]

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = Commands(self.where)

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002 - all, always
        return list(self.commands)


def _made(name: str, found: Any) -> Any:
    """Make a command of a function, or a group of a Typer."""
    parent = typer.Typer(add_completion=False, rich_markup_mode="markdown")
    if isinstance(found, typer.Typer):
        parent.add_typer(found, name=name, no_args_is_help=True)
    else:
        parent.command(name)(found)
    return get_group(parent).commands[name]
