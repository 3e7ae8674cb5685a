"""Reading and checking files of 100,000 learners: CSV and XLSX, against csv.reader."""

import csv
import io
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from statistics import median

from aggregates.learners.details import check_details
from aggregates.uploads.duplicate_rows import DuplicateRows
from benchmarks.upload import rows
from files.learner_file import read_learner_file
from files.template import TEMPLATE
from tests.learner_examples import csv_file
from tests.workbooks import xlsx

ROWS = 100_000
RUNS = 3
TODAY = date(2026, 11, 24)


def run() -> None:
    learners = list(rows(ROWS))
    text = csv_file(*learners)
    least = took(lambda: list(csv.reader(io.StringIO(text.decode()))))
    print(f"csv.reader alone: {ROWS / least:,.0f} rows/s")
    assert text.startswith(TEMPLATE.encode())
    for name, content in (("CSV", text), ("XLSX", xlsx(*learners))):
        seconds = took(partial(whole, content))
        reading = took(partial(read_learner_file, content))
        print(
            f"{name}: {ROWS / seconds:,.0f} rows/s read and checked,"
            f" {ROWS / reading:,.0f} read; {seconds / least:.1f} times csv.reader"
        )


def whole(content: bytes) -> None:
    """Read a file, find the rows that say the same and check every row by itself."""
    file = read_learner_file(content)
    assert len(file.rows) == ROWS
    DuplicateRows.of(file.rows)
    for row in file.rows:
        assert not check_details(row.cells, today=TODAY).problems


def took(work: Callable[[], object]) -> float:
    """Give the median of the seconds that it keeps a processor busy."""
    seconds = []
    for _ in range(RUNS):
        began = time.process_time()
        work()
        seconds.append(time.process_time() - began)
    return median(seconds)
