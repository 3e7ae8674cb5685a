"""Where nothing is recorded yet, what only looks makes nothing and says how to begin."""

import json
from pathlib import Path
from shutil import copytree

import pytest

from tests.cli.conftest import CATALOGUE, Run, over, running
from tests.cli.installation.test_operations import doctor
from tests.cli.test_unusable_database import COMMANDS

BEGINNING = (("demo",), ("user", "add", "ann", "--role", "Auditor"))
LOOKING = (
    *(words for words in COMMANDS if words not in BEGINNING),
    ("upload", "pyproject.toml", "--as", "ann", "--dry-run"),
)


@pytest.mark.parametrize("words", LOOKING, ids=" ".join)
def test_what_only_looks_makes_nothing_and_says_what_is_missing(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    """Nor does what changes something that would have to be there already."""
    refused = running(over(tmp_path))(*words)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"Nothing is recorded yet: there is no file {tmp_path / 'data' / 'events.db'}."
        " To begin: learner-management serve\n"
        "If it is kept elsewhere, say where by LEARNER_MANAGEMENT_DATABASE or"
        " --database.\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_an_installation_is_examined_before_it_is_begun(tmp_path: Path) -> None:
    code, rows, talk = doctor(running(over(tmp_path)))
    assert code == 0
    assert not any(row["wrong"] for row in rows.values())
    file = tmp_path / "data" / "events.db"
    assert f"Nothing is recorded yet: there is no file {file}. The first" in talk
    assert list(tmp_path.iterdir()) == []


def test_what_only_looks_opens_no_centre_that_the_catalogue_has_more(
    staffed: Run, tmp_path: Path
) -> None:
    catalogue = Path(copytree(CATALOGUE, tmp_path / "catalogue"))
    centre = (catalogue / "centres" / "hillside.yaml").read_text()
    (catalogue / "centres" / "another.yaml").write_text(
        centre.replace("51907", "60001")
    )
    before = json.loads(staffed("export", "events").stdout)
    after = json.loads(staffed("--catalogue", catalogue, "export", "events").stdout)
    assert after == before
