"""Columns under other names: which is which of ours, and what becomes of the rest."""

import pytest

from aggregates.learners.details import COLUMNS, OVERFLOW
from aggregates.uploads.file_columns import propose_mapping, settle_columns
from aggregates.uploads.file_refusals import FileRefused
from aggregates.uploads.upload_refusals import ColumnNeeded, ColumnNotThere, ColumnTwice
from events.uploads.upload import FileProblem
from files.learner_file import read_learner_file, samples
from tests.workbooks import xlsx

ILR = "LearnRefNumber,ULN,FamilyName,GivenNames,DateOfBirth,Ethnicity,Sex,Postcode"
MAPPING = {
    "given_name": "GivenNames",
    "family_name": "FamilyName",
    "date_of_birth": "DateOfBirth",
    "gender": "Sex",
    "uln": "ULN",
    "centre_reference": "LearnRefNumber",
    "postcode": "Postcode",
}
ROW = "RIV-1,1000102504,D'Arcy,Chloë,2006-03-27,31,F,OX4 1AB"


def file(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def test_the_ilr_is_known_under_its_own_names() -> None:
    """U3."""
    assert propose_mapping(ILR.split(",")) == MAPPING


@pytest.mark.parametrize(
    "header",
    [
        "First name,Surname,DOB",
        "FORENAME,last_name,Date of Birth",
        "Given names,Family name,Birth date",
        "Given name,Family name,Date of birth,Gender,ULN",
    ],
)
def test_other_usual_names_are_known(header: str) -> None:
    """U3: in any case, with or without spaces."""
    found = propose_mapping(header.split(","))
    assert found is not None
    assert [found[c] for c in ("given_name", "family_name", "date_of_birth")] == (
        header.split(",")[:3]
    )


@pytest.mark.parametrize(
    "header",
    [
        "First name,Surname",
        "Given name*,Surname,DOB",
        "Forename,Family name*,Date of birth*",
        "Name,Age,Shoe size",
        "",
    ],
)
def test_what_lacks_a_mandatory_column_or_has_our_own_is_not_known(header: str) -> None:
    """U3: a template that was changed stays refused."""
    assert propose_mapping(header.split(",")) is None


def test_the_first_of_two_columns_for_one_of_ours_is_proposed() -> None:
    """U3: the other is listed as ignored."""
    names = ["Sex", "Gender", "First name", "Surname", "DOB"]
    found = propose_mapping(names)
    assert found is not None
    assert found["gender"] == "Sex"
    assert settle_columns(names, found)[1] == ["Gender"]


def test_a_file_is_read_as_proposed_or_as_said() -> None:
    """U3: the columns of ours in our order."""
    read_as = read_learner_file(file(ILR, ROW))
    assert read_as.mapping == MAPPING
    (row,) = read_as.rows
    assert list(row.cells) == list(COLUMNS)
    assert row.cells["given_name"] == "Chloë"
    assert row.cells["email"] == ""
    changed = {**MAPPING, "centre_reference": "Ethnicity"}
    (again,) = read_learner_file(file(ILR, ROW), mapping=changed).rows
    assert again.cells["centre_reference"] == "31"


def test_a_workbook_of_other_columns_is_known_too() -> None:
    """U3: its dates are days."""
    content = xlsx(["Ann", "Lee", 38803], header=["Forename", "Surname", "DOB"])
    (row,) = read_learner_file(content).rows
    assert row.cells["date_of_birth"] == "2006-03-27"


def test_cells_without_a_columns_name_are_kept() -> None:
    """U6: none of them is lost, but for those of ignored columns."""
    (row,) = read_learner_file(
        file("Forename,Surname,DOB,,Pet", "Ann,Lee,1/1/2000,Jr,Rex,x")
    ).rows
    assert row.cells[OVERFLOW] == "Jr | x"


def test_a_row_with_ignored_cells_alone_is_a_row() -> None:
    """U6: and says what is missing."""
    rows = read_learner_file(
        file("Forename,Surname,DOB,Pet", "Ann,Lee,1/1/2000", ",,,Rex", ",,,")
    ).rows
    assert [row.number for row in rows] == [2, 3]


def test_a_columns_name_that_is_there_twice_cannot_be_chosen() -> None:
    """U3."""
    with pytest.raises(FileRefused) as refusal:
        read_learner_file(file("Forename,Surname,DOB,Pet,Pet", "Ann,Lee,1/1/2000"))
    fault = FileProblem(code="column-repeated", column="Pet")
    assert refusal.value.problems == (fault,)


def test_the_first_values_of_each_column_are_shown() -> None:
    """U3."""
    lines = [f"N{n},Lee,1/1/2000,\u00a0x " for n in range(9)]
    lines[1] = "N1,Lee,1/1/2000"
    assert samples(file("Forename,Surname,DOB,Pet", *lines)) == {
        "Forename": ["N0", "N1", "N2"],
        "Surname": ["Lee"] * 3,
        "DOB": ["1/1/2000"] * 3,
        "Pet": ["x"] * 2,
    }


def test_the_choice_is_settled_with_what_is_ignored() -> None:
    """U3."""
    chosen = {**MAPPING, "gender": None}
    mapping, ignored = settle_columns(ILR.split(","), chosen)
    assert mapping == {c: name for c, name in MAPPING.items() if c != "gender"}
    assert ignored == ["Ethnicity", "Sex"]


def test_every_fault_of_a_choice_is_told_at_once() -> None:
    """U3: a mandatory one missing, one chosen twice, one that is not there."""
    chosen = {**MAPPING, "given_name": None, "gender": "ULN", "email": "E-mail"}
    with pytest.raises(ColumnNeeded) as refusal:
        settle_columns(ILR.split(","), chosen)
    told = {other.path: type(other) for other in refusal.value.others}
    assert told == {
        ("given_name",): ColumnNeeded,
        ("uln",): ColumnTwice,
        ("email",): ColumnNotThere,
    }
    said = [str(other) for other in refusal.value.others]
    assert said[0] == "Say which column is the given name: every learner needs one."
    assert said[1] == "The column “ULN” is chosen for Gender already. Choose it once."
    assert "no column “E-mail”. Choose one of “LearnRefNumber”, “ULN”" in said[2]
