"""The README's journey, typed as it stands there."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.clock import PATIENCE
from tests.journey.running import HERE, serving


def journey(environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run the README's commands as ``make journey`` does."""
    return subprocess.run(
        ["make", "--silent", "--old-file", ".venv/ready", "journey"],  # noqa: S607 - as people type it
        cwd=HERE,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=10 * PATIENCE,
        check=False,
    )


def test_the_commands_of_the_readme_do_what_it_says(tmp_path: Path) -> None:
    """In a filled centre, as ``make run`` begins; the port, its own, is found by ``call``."""
    with serving(f"sqlite:///{tmp_path / 'data'}", tmp_path, "--filled") as running:
        done = journey(running.environment)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    for expected in (
        "60",
        "6132.00",
        "Confirmed",
        "75",
        "It is not invoiced, so nothing is charged.",
        "Cancelled",
        "Invoiced",
        '["Submitted", "Submitted", "Submitted", "Unsubmitted"]',
        '["Submitted", "Submitted", "Submitted", "Submitted"]',
        "[]",
        "refused, as it should be",
    ):
        assert expected in said, done.stdout
    assert (
        "A Centre Administrator" in done.stderr
        or "a Centre Administrator" in done.stderr
    )


def test_the_commands_of_the_readme_stop_at_the_first_that_fails(
    tmp_path: Path,
) -> None:
    nobody = {
        **os.environ,
        "LEARNER_MANAGEMENT_DATABASE": f"sqlite:///{tmp_path / 'data'}",
        "LEARNER_MANAGEMENT_KEYS": str(tmp_path / "master.key"),
    }
    done = journey(nobody)
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.startswith("Nothing is recorded yet: there is no file ")
