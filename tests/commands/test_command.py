"""How any command is answered: decided again when somebody else was quicker."""

from dataclasses import dataclass, field
from uuid import UUID

import pytest

from commands import command
from commands.command import TRIES, Command, Desk, Done, Stale, handle
from store import Conflict
from tests.commands.office import ADMINISTRATOR, Office

QUICKER, LOOKED = Conflict(UUID(int=1), ()), Stale(UUID(int=1), ())


@dataclass(frozen=True, kw_only=True)
class Try(Command):
    """Ask for something that others are after too: they come first, one by one."""

    others: list[Conflict] = field(default_factory=list)


def decide(asked: Try, _: Desk) -> Done:
    if asked.others:
        raise asked.others.pop(0)
    return Done(position=None, made="it")


@pytest.fixture(autouse=True)
def _is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(command.HANDLERS, Try, decide)


def asked(office: Office, others: list[Conflict]) -> str:
    return handle(
        Try(by=ADMINISTRATOR, at=office.now(), others=others), office.desk
    ).made


@pytest.mark.parametrize("times", [0, 1, TRIES - 1])
def test_it_is_decided_again_while_others_are_quicker(
    office: Office, times: int
) -> None:
    assert asked(office, [QUICKER] * times) == "it"


def test_it_is_given_up_if_it_never_gets_quiet(office: Office) -> None:
    others = [QUICKER] * (TRIES + 1)
    with pytest.raises(Conflict):
        asked(office, others)
    assert len(others) == 1


def test_what_was_looked_at_and_has_changed_is_not_decided_again(
    office: Office,
) -> None:
    others: list[Conflict] = [LOOKED, QUICKER]
    with pytest.raises(Stale):
        asked(office, others)
    assert others == [QUICKER]
