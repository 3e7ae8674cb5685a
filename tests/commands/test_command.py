"""How any command is answered: decided again when somebody else was quicker."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import pytest

from commands import command
from commands.command import TRIES, Command, CommandContext, CommandResult, handle
from repositories.repository import Stale
from store import Conflict
from tests.commands.claim_centre import ADMINISTRATOR, ClaimCentre

QUICKER, LOOKED = Conflict(UUID(int=1), ()), Stale(UUID(int=1), ())


@dataclass(frozen=True, kw_only=True)
class Try(Command):
    """Ask for something that others are after too: they come first, one by one."""

    others: list[Conflict] = field(default_factory=list)


def decide(asked: Try, _: CommandContext) -> CommandResult:
    if asked.others:
        raise asked.others.pop(0)
    return CommandResult(position=None, created_id="it")


@pytest.fixture(autouse=True)
def _is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(command.HANDLERS, Try, decide)


def asked(claim_centre: ClaimCentre, others: list[Conflict]) -> str:
    return handle(
        Try(by=ADMINISTRATOR, at=claim_centre.now(), others=others),
        claim_centre.context,
    ).created_id


@pytest.mark.parametrize("times", [0, 1, TRIES - 1])
def test_it_is_decided_again_while_others_are_quicker(
    claim_centre: ClaimCentre, times: int
) -> None:
    assert asked(claim_centre, [QUICKER] * times) == "it"


def test_it_is_given_up_if_it_never_gets_quiet(claim_centre: ClaimCentre) -> None:
    others = [QUICKER] * (TRIES + 1)
    with pytest.raises(Conflict):
        asked(claim_centre, others)
    assert len(others) == 1


def test_what_was_looked_at_and_has_changed_is_not_decided_again(
    claim_centre: ClaimCentre,
) -> None:
    others: list[Conflict] = [LOOKED, QUICKER]
    with pytest.raises(Stale):
        asked(claim_centre, others)
    assert others == [QUICKER]


@pytest.mark.parametrize(
    ("at", "today"),
    [
        ("2027-07-10T22:59:59+00:00", "2027-07-10"),
        ("2027-07-10T23:00:00+00:00", "2027-07-11"),
        ("2027-07-10T23:30:00+00:00", "2027-07-11"),
        ("2026-12-10T23:30:00+00:00", "2026-12-10"),
        ("2026-10-24T23:30:00+00:00", "2026-10-25"),
        ("2026-10-25T23:30:00+00:00", "2026-10-25"),
    ],
)
def test_today_is_the_date_in_london(at: str, today: str) -> None:
    """Section 3: at 23:30 UTC in summer it is tomorrow there, and not in winter."""
    at_that_moment = Try(by=ADMINISTRATOR, at=datetime.fromisoformat(at))
    assert at_that_moment.today.isoformat() == today
