"""What tests of the command line ask for: it itself, over data of the test's own."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import TypeAlias

import pytest
from typer.testing import CliRunner, Result

from cli.main import app

CATALOGUE = Path(__file__).parents[2] / "catalogue"
Run: TypeAlias = Callable[..., Result]


def over(folder: Path) -> dict[str, str]:
    """Say by environment that data is kept in a folder, and run nothing by the way."""
    return {
        "LEARNER_MANAGEMENT_DATABASE": f"sqlite:///{folder / 'data'}",
        "LEARNER_MANAGEMENT_CATALOGUE": str(CATALOGUE),
        "LEARNER_MANAGEMENT_KEYS": str(folder / "keys" / "master.key"),
        "LEARNER_MANAGEMENT_PORT": "0",
    }


def running(environment: dict[str, str]) -> Run:
    def run(*arguments: object, typed: str | bytes | None = None) -> Result:
        words = [str(argument) for argument in arguments]
        return CliRunner().invoke(app, words, input=typed, env=environment)

    return run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run commands over an empty folder."""
    return running(over(tmp_path))


@pytest.fixture(scope="session")
def staffed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder where people are; copy it, and change nothing in it."""
    folder = tmp_path_factory.mktemp("staffed")
    run = running(over(folder))
    for words in (
        ["specialist", "--role", "Account Specialist"],
        [*by("specialist"), "admin", *AS_ADMINISTRATOR],
        [*by("specialist"), "assessor", *AS_ASSESSOR],
    ):
        done = run("user", "add", *words)
        assert done.exit_code == 0, done.stderr
    return folder


@pytest.fixture
def staffed(staffed_folder: Path, tmp_path: Path, run: Run) -> Run:
    """Run commands where there are a specialist, an administrator and an assessor."""
    copytree(staffed_folder, tmp_path, dirs_exist_ok=True)
    return run


def by(name: str) -> list[str]:
    return ["--as", name, "--reason", "They joined."]


AS_ADMINISTRATOR = ["--role", "Centre Administrator", "--centre", "48213"]
AS_ASSESSOR = ["--role", "Assessor", "--centre", "48213"]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run commands over a centre that the demo filled; change nothing in it."""
    run = running(over(tmp_path_factory.mktemp("filled")))
    done = run("demo", "--learners", "30", "--seed", "7", "--format", "json")
    assert done.exit_code == 0, done.stderr
    return run
