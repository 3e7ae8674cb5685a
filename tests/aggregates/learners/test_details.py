"""What is told of a learner: every fault at once, each in a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.learners.details import (
    COLUMNS,
    LONGEST,
    OVERFLOW,
    Checked,
    check_details,
    given_likeness,
    given_uln,
    read_as,
)
from aggregates.uploads.problem import SENTENCES, sentence
from aggregates.uploads.unusual_values import MOST_ON_CERTIFICATE
from events.uploads.upload import Problem
from tests.learner_examples import CELLS, DETAILS, TODAY, ULN, cells


def found(**changed: str) -> Checked:
    return check_details(cells(**changed), today=TODAY)


def faults(checked: Checked) -> list[tuple[str, str]]:
    return [(problem.column, problem.code) for problem in checked.problems]


def test_good_cells_make_details() -> None:
    """U6."""
    assert found() == Checked(details=DETAILS, problems=(), warnings=())


def test_details_written_as_cells_are_the_same_details() -> None:
    """L2."""
    assert check_details(DETAILS.cells, today=TODAY).details == DETAILS


def test_what_is_not_mandatory_may_be_blank() -> None:
    """U2."""
    told = {column: CELLS[column] for column in list(COLUMNS)[:3]}
    details = check_details(told, today=TODAY).details
    assert details is not None
    assert details.others == (None, None, None, None, None)


@pytest.mark.parametrize("column", ["given_name", "family_name", "date_of_birth"])
@pytest.mark.parametrize("blank", ["", "  ", "\u00a0\u200b"])
def test_a_mandatory_value_must_be_there(column: str, blank: str) -> None:
    """U6."""
    assert faults(found(**{column: blank})) == [(column, "missing")]


def test_every_fault_is_told_at_once() -> None:
    """U6, L1."""
    checked = found(given_name="", date_of_birth="31/02/2006", uln="1234567890")
    assert faults(checked) == [
        ("given_name", "missing"),
        ("date_of_birth", "not-a-real-date"),
        ("uln", "uln-check-digit"),
    ]
    assert checked.details is None


@pytest.mark.parametrize("column", list(COLUMNS))
def test_a_value_has_a_greatest_length(column: str) -> None:
    longest = "9" * LONGEST
    assert (column, "too-long") not in faults(found(**{column: longest}))
    assert (column, "too-long") in faults(found(**{column: longest + "9"}))


def test_the_temporary_uln_is_none_given_and_said_so() -> None:
    """U4."""
    checked = found(uln="9999999999")
    assert checked.details is not None
    assert checked.details.uln is None
    assert checked.warnings == (Problem(column="uln", code="uln-temporary"),)
    assert given_uln(cells(uln="9999999999")) is None


@pytest.mark.parametrize(
    ("column", "value", "codes"),
    [
        ("given_name", "-", ["name-unusual"]),
        ("family_name", "N/A", ["name-unusual"]),
        ("family_name", "123", ["name-unusual"]),
        ("given_name", "<b>x</b>", ["name-unusual"]),
        ("given_name", "Unknown", ["name-unusual"]),
        ("family_name", "null", ["name-unusual"]),
        ("given_name", "Test", ["name-unusual"]),
        ("family_name", "Test Test", ["name-unusual"]),
        ("family_name", "Testa", []),
        ("family_name", "Smith, John", ["name-unusual"]),
        ("family_name", "O\u2019Brien-Ní Bhriain", []),
        ("family_name", "St. John (Jr.)", []),
        ("family_name", "\u738b", []),
        ("family_name", "Na", []),
        ("email", "no", ["email-unusual"]),
        ("email", "chloe@example", ["email-unusual"]),
        ("email", "a@example.org; b@example.org", ["email-many"]),
        ("email", "a@example.org b@example.org", ["email-many"]),
        ("email", "chloe.o'brien+x@mail.example.org", []),
        ("email", "siân@café.example", []),
        ("gender", "F", []),
        ("gender", "x", []),
        ("gender", "MALE", []),
        ("gender", "9", []),
        ("gender", "Non-binary", ["gender-unknown"]),
        ("gender", "3", ["gender-unknown"]),
    ],
)
def test_what_is_unusual_is_a_warning_and_kept_as_written(
    column: str, value: str, codes: list[str]
) -> None:
    """U6: never refused, and each is said in a sentence."""
    told = cells(**{column: value})
    checked = check_details(told, today=TODAY)
    assert [warning.code for warning in checked.warnings] == codes
    assert checked.details is not None
    assert getattr(checked.details, column) == value
    assert all(value in sentence(warning, told) for warning in checked.warnings)


@given(st.integers(1, MOST_ON_CERTIFICATE + 5), st.integers(1, MOST_ON_CERTIFICATE))
def test_a_name_longer_than_a_certificate_has_room_for_is_a_warning(
    given_length: int, family_length: int
) -> None:
    """U6: with the space between; both sides of the boundary."""
    told = cells(given_name="g" * given_length, family_name="f" * family_length)
    length = given_length + 1 + family_length
    codes = [warning.code for warning in check_details(told, today=TODAY).warnings]
    assert codes == ["name-too-long-to-print"] * (length > MOST_ON_CERTIFICATE)


def test_the_limit_of_a_certificate_is_said_with_the_name_and_its_length() -> None:
    """U6."""
    told = cells(given_name="Wilhelmina" * 3, family_name="Featherstone" * 3)
    (warning,) = check_details(told, today=TODAY).warnings
    assert "is 67 characters long, and a certificate has room for 60" in sentence(
        warning, told
    )


@pytest.mark.parametrize(
    "written", ["100 010 2504", "'1000102504", "\u20191000102504", "1000102504.0"]
)
def test_a_uln_is_read_through_what_is_written_around_it(written: str) -> None:
    """U4: and shown as read; what is stored is as it was written."""
    checked = found(uln=written)
    assert checked.details == DETAILS
    assert given_uln(cells(uln=written)) == ULN
    assert read_as(cells(uln=written)) == {"uln": ULN}


def test_only_what_is_written_in_an_unusual_form_is_shown_as_read() -> None:
    """U4."""
    told = cells(date_of_birth="27-03-2006", uln="1000102504")
    assert read_as(told) == {"date_of_birth": "27 March 2006"}
    assert read_as(CELLS) == {}


def test_the_temporary_uln_is_read_through_spaces_too() -> None:
    """U4."""
    checked = found(uln="999 999 9999")
    assert checked.details is not None
    assert checked.details.uln is None
    assert [warning.code for warning in checked.warnings] == ["uln-temporary"]


@pytest.mark.parametrize(
    "family_name", ["D\u2019Arcy", "d'arcy", "D`ARCY", "D\u00b4Arcy", "DArcy"]
)
def test_people_are_alike_whatever_apostrophe_is_used(family_name: str) -> None:
    """U6."""
    assert given_likeness(cells(family_name=family_name)) == DETAILS.likeness


@given(st.fixed_dictionaries({column: st.text(max_size=12) for column in COLUMNS}))
def test_the_likeness_of_cells_is_that_of_the_details_they_make(
    told: dict[str, str],
) -> None:
    """U6: one that is wrong otherwise has it too, if name and birth can be read."""
    details = check_details(told, today=TODAY).details
    assert details is None or details.likeness == given_likeness(told)


def test_a_record_that_is_wrong_otherwise_is_like_others_all_the_same() -> None:
    """U6."""
    assert given_likeness(cells(uln="1234567890")) == DETAILS.likeness
    assert given_likeness(cells(given_name="")) is None
    assert given_likeness(cells(date_of_birth="soon")) is None


def test_a_question_mark_in_a_name_is_a_warning() -> None:
    """U4: Excel has lost a letter."""
    checked = found(given_name="?ukasz")
    assert checked.problems == ()
    assert checked.warnings == (Problem(column="given_name", code="letter-lost"),)


@pytest.mark.parametrize(
    ("reference", "is_odd"),
    [("1.23E+09", True), ("2006-03-01", True), ("1-Mar", True), ("RIV-1", False)],
)
def test_what_excel_makes_of_a_reference_is_a_warning(
    reference: str,
    is_odd: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    """U4: it takes a reference for a number or a date."""
    warnings = found(centre_reference=reference).warnings
    assert [w.code for w in warnings] == ["reference-excel"] * is_odd


def test_more_cells_than_columns_is_a_fault() -> None:
    assert faults(found(**{OVERFLOW: "Jr"})) == [(OVERFLOW, "too-many-cells")]


def test_the_age_is_not_looked_at_without_a_day() -> None:
    assert (
        check_details(cells(date_of_birth="1/1/1800"), today=None).details is not None
    )
    assert check_details(cells(date_of_birth="1/1/1800"), today=TODAY).details is None


def test_people_are_alike_by_name_and_birth_without_case_and_accents() -> None:
    """U6."""
    other = check_details(
        cells(given_name="CHLOE", family_name="d'arcy"), today=TODAY
    ).details
    assert other is not None
    assert other.likeness == DETAILS.likeness


@given(
    st.fixed_dictionaries({column: st.text(max_size=12) for column in COLUMNS}),
)
def test_any_cells_are_details_or_have_faults_with_sentences(
    told: dict[str, str],
) -> None:
    """U6."""
    checked = check_details(told, today=TODAY)
    assert (checked.details is None) == bool(checked.problems)
    for problem in checked.problems + checked.warnings:
        assert sentence(problem, told)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (
            "date_of_birth",
            "31/02/2006",
            "31 February is not a real date. Enter a date like 27/3/2006.",
        ),
        (
            "date_of_birth",
            "29/02/2007",
            "29 February 2007 is not a real date. Enter a date like 27/3/2006.",
        ),
        (
            "date_of_birth",
            "03/27/2006",
            (
                "27 is not a month, and the day comes first. Is 27 March 2006 meant?"
                " Enter a date like 27/3/2006."
            ),
        ),
        (
            "date_of_birth",
            "05/03/06",
            (
                "Is the year of 05/03/06 1906 or 2006? Enter all four digits, as in "
                "27/3/2006."
            ),
        ),
        (
            "date_of_birth",
            "soon",
            "soon is not a date. Enter a date like 27/3/2006.",
        ),
        (
            "date_of_birth",
            "24/11/2017",
            "A learner born on 24/11/2017 is not yet 10 years old. Check the year.",
        ),
        (
            "uln",
            "1234567890",
            (
                "ULN must pass the check digit. 1234567890 does not: check for a swapped "
                "digit, or leave it blank."
            ),
        ),
        (
            "uln",
            "1.23E+09",
            (
                "1.23E+09 is what Excel makes of a long number, and the ULN is lost."
                " Format the column as text and enter the ULN again, or leave it"
                " blank."
            ),
        ),
        (
            "family_name",
            "",
            "Family name is missing. Every learner needs one.",
        ),
    ],
)
def test_a_fault_is_said_in_a_sentence_that_helps(
    column: str, value: str, said: str
) -> None:
    """U6."""
    told = cells(**{column: value})
    (problem,) = check_details(told, today=TODAY).problems
    assert sentence(problem, told) == said


def test_other_rows_and_learners_are_named_in_the_sentence() -> None:
    """U6."""
    twice = Problem(column="uln", code="uln-twice", rows=(3, 5, 9))
    assert f"ULN {ULN} is in rows 3, 5 and 9 as well." in sentence(twice, CELLS)
    pair = Problem(column="uln", code="uln-twice", rows=(3,))
    assert f"ULN {ULN} is in row 3 as well." in sentence(pair, CELLS)
    held = Problem(column="uln", code="uln-held", learners=("L-1",))
    assert f"ULN {ULN} belongs to learner L-1 of your centre" in sentence(held, CELLS)


def test_every_sentence_ends_as_one() -> None:
    assert all(text.endswith((".", "?")) for text in SENTENCES.values())
