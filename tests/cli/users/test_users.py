"""Users from the command line: who may add them, and what they are told."""

import csv
import json
import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from aggregates.centres.user import PERSONAL_ROLES
from cli.users.changes import UserRole
from store import open_store
from tests.cli.conftest import AS_ASSESSOR, Run, by, over

HEAVY = {
    *("access", "argon2", "commands", "fastapi", "lrs", "service", "uvicorn"),
    *(
        "events.orders.order",
        "psycopg",
        "rich",
        "sqlalchemy.dialects.postgresql",
        "structlog",
    ),
}
"""What listing users does without: it takes a second to import."""


def users(run: Run) -> dict[str, str]:
    rows = json.loads(run("user", "list", "--format", "json").stdout)
    return {row["name"]: row["role"] for row in rows}


def test_where_nobody_is_known_the_list_says_how_to_begin(
    run: Run, tmp_path: Path
) -> None:
    keys = tmp_path / "keys" / "master.key"
    open_store(f"sqlite:///{tmp_path / 'data'}", keys=keys).close()
    done = run("user", "list", "--format", "csv")
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 1)
    assert "learner-management user add NAME --role ROLE" in done.stderr


def test_the_first_user_needs_nobody_to_ask_for_them_and_the_second_does(
    run: Run,
) -> None:
    first = run("user", "add", "Ann", "--role", "Account Specialist")
    assert (first.exit_code, first.stdout) == (0, "")
    assert "Next: learner-management user token ann" in first.stderr
    second = run("user", "add", "ben", *AS_ASSESSOR)
    assert (second.exit_code, second.stdout) == (2, "")
    assert second.stderr == "Say who asks for it: --as USER\n"
    assert users(run) == {"ann": "Account Specialist"}


def test_a_role_that_may_not_is_refused_and_told_who_may(staffed: Run) -> None:
    done = staffed("user", "add", "cat", *AS_ASSESSOR, *by("assessor"))
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "Your role, Assessor, may not add a user. "
        "Ask a Centre Administrator or an Account Specialist.\n"
    )


def test_nobody_asks_for_anything_as_a_user_who_is_not_there(staffed: Run) -> None:
    done = staffed("user", "add", "cat", *AS_ASSESSOR, *by("nobody"))
    assert done.exit_code == 1
    assert "There is no user nobody" in done.stderr
    assert "learner-management user list" in done.stderr


def test_what_is_wrong_is_told_with_where(staffed: Run) -> None:
    done = staffed("user", "add", "cat", "--role", "Assessor", *by("specialist"))
    assert done.exit_code == 1
    assert done.stderr == (
        "Say which centre: a user in the role Assessor belongs to one.\n"
    )


@pytest.mark.parametrize(
    "words", [("add", "cat", "--role", "Service"), ("role", "admin", "Service")]
)
def test_the_role_of_the_machine_itself_is_neither_offered_nor_given(
    staffed: Run, words: tuple[str, ...]
) -> None:
    """Section 2: the service's own role is nobody's."""
    assert {*UserRole} == PERSONAL_ROLES
    offered = staffed("user", words[0], "--help").stdout
    assert ("Auditor" in offered, "Service" in offered) == (True, False)
    done = staffed("user", *words, *by("specialist"))
    assert (done.exit_code, done.stdout) == (2, "")
    said = " ".join(done.stderr.replace("│", " ").split())
    assert "'Service' is not one of 'Centre Administrator', 'Assessor'" in said
    assert "Service" not in users(staffed).values()


def test_a_role_that_does_not_exist_is_a_slip_of_the_keyboard(staffed: Run) -> None:
    done = staffed("user", "role", "assessor", "King", *by("admin"))
    assert (done.exit_code, done.stdout) == (2, "")


def test_a_user_is_given_another_role_once(staffed: Run) -> None:
    words = ["user", "role", "assessor", "Centre Administrator", "--centre", "48213"]
    assert staffed(*words, *by("admin")).stderr == (
        "assessor is Centre Administrator now.\n"
    )
    assert users(staffed)["assessor"] == "Centre Administrator"
    assert staffed(*words, *by("admin")).stderr == "Nothing to change.\n"


def test_a_token_is_all_that_is_printed(staffed: Run) -> None:
    done = staffed("user", "token", "ADMIN", "--days", "1")
    assert (done.exit_code, done.stderr) == (0, "")
    assert re.fullmatch(r"lm_[0-9a-f]{32}_[0-9a-f]{20}_[\w-]{43}\n", done.stdout)


@pytest.mark.parametrize("days", ["0", "367"])
def test_a_token_lasts_a_day_to_a_leap_year(staffed: Run, days: str) -> None:
    assert staffed("user", "token", "admin", "--days", days).exit_code == 2


def test_a_password_is_asked_for_and_never_shown(run: Run) -> None:
    words = ["user", "add", "ann", "--role", "Auditor", "--password"]
    easy = run(*words, typed="password1234\n")
    assert easy.exit_code == 1
    assert "too easy to guess" in easy.stderr
    done = run(*words, typed="a long pass phrase\n")
    assert done.exit_code == 0, done.stderr
    assert "pass phrase" not in done.output


def test_listing_users_opens_no_more_of_the_service_than_their_rows(
    staffed: Run, tmp_path: Path
) -> None:
    """Nor what it would need on another database, for other events, or in trouble."""
    known = users(staffed)
    words = (
        "from cli.main import app; import sys; "
        "app(['user', 'list', '--format', 'json'], standalone_mode=False); "
        "print(*sys.modules)"
    )
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", words],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **over(tmp_path)},
    )
    listed, modules = done.stdout.splitlines()
    assert {user["name"] for user in json.loads(listed)} == known.keys()
    assert not HEAVY & set(modules.split())


def test_the_list_is_a_table_json_or_csv(staffed: Run) -> None:
    rows = csv.DictReader(StringIO(staffed("user", "list", "--format", "csv").stdout))
    assert {row["name"]: row["role"] for row in rows} == users(staffed)
    table = staffed("user", "list")
    assert "assessor" in table.stdout
    assert table.stderr == ""
    assert staffed("user", "list", "--format", "xml").exit_code == 2
