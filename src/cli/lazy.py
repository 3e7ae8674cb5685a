"""Commands that are imported only when they run, so that each starts fast."""

from collections import UserDict
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group


class Commands(UserDict[str, Any]):
    """Commands by name; each is ``module:attribute`` until it is looked up."""

    def __getitem__(self, name: str) -> Any:
        where = super().__getitem__(name)
        if isinstance(where, str):
            module, _, attribute = where.partition(":")
            self[name] = _make_command(name, getattr(import_module(module), attribute))
        return super().__getitem__(name)


class LazyGroup(TyperGroup):
    """A group that lists its commands without importing them.

    Running a command imports that command alone.
    """

    commands_by_name: ClassVar[dict[str, tuple[str, str]]]
    """Each command's ``module:attribute``, and its summary."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = Commands(
            {name: where for name, (where, _) in self.commands_by_name.items()}
        )

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002 - all, always
        return list(self.commands)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - its name
        """Return a command for the help; resolve_command finds the one to run."""
        if cmd_name not in self.commands_by_name:
            return None
        return TyperCommand(cmd_name, short_help=self.commands_by_name[cmd_name][1])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Import the command to run; an unknown name suggests others."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, self.commands[name] if name and command else None, rest


def _make_command(name: str, found: Any) -> Any:
    """Make a command from a function, or a group from a Typer."""
    parent = typer.Typer(add_completion=False, rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        parent.add_typer(found, name=name, no_args_is_help=True)
    else:
        parent.command(name)(found)
    return get_group(parent).commands[name]
