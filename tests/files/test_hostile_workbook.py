"""Workbooks that take much to read, small as they are: refused in little memory."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.workbooks import ANN, inline, raw, row

MEBIBYTE = 2**20

READ_ALL = """
import sys
from pathlib import Path
from aggregates.uploads.file_refusals import FileRefused
from files.learner_file import read_learner_file

for file in sorted(Path(sys.argv[1]).iterdir()):
    try:
        told = str(len(read_learner_file(file.read_bytes()).rows))
    except FileRefused as refused:
        told = refused.problems[0].code
    print(file.name, told)
status = Path("/proc/self/status").read_text()
print("peak", int(status.split("VmHWM:")[1].split()[0]) // 1024)
"""


def hostile(size: int) -> dict[str, tuple[bytes, str]]:
    """Make files that take much to read, small as they are, and say what is made of them.

    ``size`` is in thousands of rows, texts and so on.
    """
    rows = "".join(row(n) for n in range(3, size * 1000))
    texts = "".join(f"<si><t>{n:x}</t></si>" for n in range(size * 900))
    wide = "".join('<c t="s"><v>0</v></c>' for _ in range(90))
    large = {"xl/picture": Random(1).randbytes(size * 1000)}  # noqa: S311 - no secret
    long = f"<si><t>{'x' * MEBIBYTE}</t></si>"
    far = row(2**20, inline("x", f"XFD{2**20}"))
    too_big = "too-big-unpacked"
    return {
        "empty": (raw(ANN + rows), "1"),
        "bomb": (raw(ANN + " " * size * 250_000), too_big),
        "text": (raw(row(2, inline("x" * 25_000_000, "A2")), more=large), too_big),
        "texts": (raw(ANN, strings=texts, more=large), "1"),
        "long": (raw(f"<row>{wide}</row>", strings=long), too_big),
        "elements": (raw(row(2, "<c/>" * 1_500_000)), too_big),
        "far": (raw(ANN + far), "too-wide"),
        "parts": (raw(ANN, more={f"{n}": b"" for n in range(3_000)}), too_big),
    }


def test_small_files_that_grow_large_are_refused_in_little_memory(
    tmp_path: Path,
) -> None:
    """U3: a hundred thousand empty rows, bombs of all kinds, a cell far away."""
    assert_little(tmp_path, 100)


@pytest.mark.prove
def test_no_workbook_takes_more_than_300_mebibytes(tmp_path: Path) -> None:
    """U3: the same, as large as a file of the greatest size can be."""
    assert_little(tmp_path, 1_000)


def assert_little(folder: Path, size: int) -> None:
    files = hostile(size)
    for name, (content, _) in files.items():
        (folder / name).write_bytes(content)
    made = subprocess.run(  # noqa: S603 - our own lines
        [sys.executable, "-c", READ_ALL, str(folder)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    told = dict(line.split() for line in made.splitlines())
    assert int(told.pop("peak")) < 300
    assert told == {name: wanted for name, (_, wanted) in files.items()}
