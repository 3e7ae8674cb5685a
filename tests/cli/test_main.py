"""The command line itself: it starts fast, and says what there is."""

import subprocess
import sys
from importlib import metadata

from typer.main import get_command
from typer.testing import CliRunner

from aggregates.uploads.file_row import MAC, WINDOWS
from catalogue import AwardType
from cli.eligibility import catalogue
from cli.main import LearnerManagement, app
from cli.uploads import upload

HEAVY = {"argon2", "fastapi", "psycopg", "rich", "sqlalchemy", "uvicorn"}
"""What takes a second to import, and what calling a service does without."""

SLOW = {
    "aggregates",
    "catalogue",
    "events",
    "service",
    "settings",
    "store",
    "structlog",
}
"""What the help of a command has no need of either."""


def test_calling_the_service_imports_nothing_heavy() -> None:
    imports = f"import sys, cli.main, cli.call; print({HEAVY} & sys.modules.keys())"
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", imports],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"


def test_the_api_imports_at_first_what_every_request_needs() -> None:
    """What few need takes time and memory once somebody needs it: pages, Kafka, PostgreSQL."""
    rare = {
        *("PIL", "authlib", "httpx2", "jinja2", "joserfc", "kafka", "ortools"),
        *("psycopg", "rapidfuzz", "segno", "tenacity", "web", "xlsxwriter"),
    }
    imports = (
        f"import sys, cli.installation.serving; print({rare} & sys.modules.keys())"
    )
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", imports], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


def test_every_command_is_where_the_table_says() -> None:
    group = get_command(app)
    assert isinstance(group, LearnerManagement)
    assert {name: group.commands[name].name for name in group.commands} == {
        name: name for name in LearnerManagement.commands_by_name
    }


def test_help_names_every_command_and_says_what_it_does() -> None:
    done = CliRunner().invoke(app, ["--help"])
    assert done.exit_code == 0
    for name in LearnerManagement.commands_by_name:
        assert f" {name} " in done.stdout
    assert "Call the API" in done.stdout


def test_help_lists_commands_without_importing_them() -> None:
    loaded = modules_after(("-h",))
    assert {m for m in loaded if m.startswith("cli.")} == {"cli.lazy", "cli.main"}
    assert not loaded & {*HEAVY, *SLOW, "pydantic"}


def test_the_help_of_every_command_imports_nothing_that_the_command_needs() -> None:
    """A second or more of imports, for words that stand in the command's own module."""
    group = get_command(app)
    assert isinstance(group, LearnerManagement)
    asked = [
        (*words, "-h")
        for name, command in group.commands.items()
        for words in [
            (name,),
            *((name, each) for each in getattr(command, "commands", ())),
        ]
    ]
    assert ("user", "list", "-h") in asked
    assert not modules_after(*asked) & {*HEAVY, *SLOW}


def modules_after(*asked: tuple[str, ...]) -> set[str]:
    """Run the commands in a process of their own; give what that imported."""
    words = (
        "import sys; from typer.testing import CliRunner; from cli.main import app; "
        f"print({{CliRunner().invoke(app, each).exit_code for each in {asked}}}); "
        "print(*sys.modules)"
    )
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", words], capture_output=True, text=True, check=True
    )
    codes, _, modules = done.stdout.partition("\n")
    assert codes == "{0}"
    return set(modules.split())


def test_help_says_of_each_command_what_the_command_says_of_itself() -> None:
    group = get_command(app)
    assert isinstance(group, LearnerManagement)
    for name, (_, summary) in LearnerManagement.commands_by_name.items():
        of_itself, _, _ = (group.commands[name].help or "").partition("\n\n")
        assert " ".join(of_itself.split()) == summary


def test_the_version_is_that_of_the_package() -> None:
    done = CliRunner().invoke(app, ["--version"])
    assert (
        done.stdout == f"learner-management {metadata.version('learner-management')}\n"
    )


def test_a_command_that_is_mistyped_is_suggested() -> None:
    done = CliRunner().invoke(app, ["eligibilty"])
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "eligibility" in done.stderr


def test_what_can_be_chosen_is_what_the_service_knows() -> None:
    """The help names it without asking the service."""
    assert {*upload.Encoding} == {MAC, WINDOWS}
    assert [*catalogue.AwardOption] == [*AwardType]
