"""The README's journey, typed as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

from tests.clock import PATIENCE
from tests.journey.running import HERE, serving

README = (HERE / "README.md").read_text()


def test_the_commands_of_the_readme_do_what_it_says(tmp_path: Path) -> None:
    commands = "\n".join(
        re.findall(r"^```bash\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    )
    assert commands
    with serving(f"sqlite:///{tmp_path / 'data'}", tmp_path) as running:
        commands_folder = Path(sys.executable).parent
        done = subprocess.run(  # noqa: S603 - our own commands
            ["/bin/bash", "-euo", "pipefail", "-c", commands],
            cwd=HERE,
            env={
                **running.environment,
                "PATH": f"{commands_folder}:{running.environment['PATH']}",
                "LEARNER_MANAGEMENT_URL": running.url,
            },
            capture_output=True,
            text=True,
            timeout=10 * PATIENCE,
            check=False,
        )
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
