"""Taking data out, whole."""

import csv
import json
from io import StringIO

import pytest

from cli.history import exporting
from tests.api.operations import DOCUMENT
from tests.cli.conftest import Run


@pytest.mark.parametrize("what", ["learners", "results", "invoices"])
def test_csv_and_json_hold_the_same_rows(filled: Run, what: str) -> None:
    done = filled("export", what)
    assert (done.exit_code, done.stderr) == (0, "")
    rows = list(csv.DictReader(StringIO(done.stdout)))
    same = json.loads(filled("export", what, "--format", "json").stdout)
    assert [row["learner"] for row in rows] == [row["learner"] for row in same]
    assert rows
    assert list(rows[0]) == list(same[0])


def test_what_is_exported_is_called_as_in_the_api(filled: Run) -> None:
    """Whatever is within another thing there stands beside it here."""
    beside = {"qualification_number", "title", "apprenticeship_title", "grades"}
    for what, names in {
        "learners": fields_of("LearnerSummary"),
        "results": fields_of("Result") | fields_of("AwardResult") | beside,
        "invoices": fields_of("InvoiceLine"),
        "events": fields_of("RecordedEvent"),
    }.items():
        row, *_ = json.loads(filled("export", what, "--format", "json").stdout)
        assert {*row} <= names
        missing = names - {*row}
        assert missing == ({"units", "earlier_certificates"} & names)


def fields_of(schema: str) -> set[str]:
    return {*DOCUMENT["components"]["schemas"][schema]["properties"]}


def test_pages_join_without_a_seam(
    filled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = filled("export", "learners").stdout
    monkeypatch.setattr(exporting, "PART", 7)
    assert filled("export", "learners").stdout == whole


@pytest.mark.parametrize("what", ["learners", "results"])
def test_another_centre_has_nothing(filled: Run, what: str) -> None:
    done = filled("export", what, "--centre", "51907", "--format", "json")
    assert json.loads(done.stdout) == []
