"""Workbooks as people have them: formats, hidden rows, titles, formulas, other files."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aggregates.learners.details import COLUMNS
from aggregates.uploads.file_refusals import SENTENCES, file_sentence, hidden_parts
from events.uploads.upload import FileProblem
from files.learner_file import read_learner_file
from files.markup import OLE
from files.number_formats import digit_format
from tests.files.test_workbook import problem, rows, wide
from tests.learner_examples import CELLS, ULN, cells, csv_file
from tests.workbooks import ANN, inline, raw, row, xlsx

PAGE = (
    "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table><tr><td>Given name*"
)
XML_TABLE = (
    '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (PAGE.encode(), "web-page"),
        (PAGE.encode("utf-16"), "web-page"),
        (b"\xef\xbb\xbf\r\n<TABLE border=1>", "web-page"),
        (b"<!DOCTYPE html>\n<title>Learners</title>", "web-page"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "web-page"),
        (XML_TABLE.encode(), "xml-workbook"),
        (OLE + bytes(600) + wide("Workbook"), "older-workbook"),
        (OLE + bytes(600) + wide("Book"), "older-workbook"),
        (OLE + bytes(600) + wide("EncryptedPackage"), "locked"),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00", "older-workbook"),
        (b"\x09\x00\x04\x00\x02\x00\x10\x00", "older-workbook"),
    ],
)
def test_what_is_saved_as_xls_says_what_it_is_and_what_to_do(
    content: bytes, code: str
) -> None:
    """U3."""
    assert problem(content).code == code
    if code != "locked":
        assert "Open it in Excel" in SENTENCES[code]


def test_a_name_in_angle_brackets_makes_no_web_page_of_a_list() -> None:
    """U3: the columns come first."""
    (found,) = rows(csv_file(cells(given_name="<b>x</b>")))
    assert found["given_name"] == "<b>x</b>"


FORMATS = [
    ("00000", 123, "00123"),
    ("0000000000", 1000102504, ULN),
    ("000 000 0000", 1000102504, "100 010 2504"),
    ('"RIV-"0000', 42, "RIV-0042"),
    (r"\R\I\V00", 7, "RIV07"),
    ("[$-809]00000;-00000", 123, "00123"),
    ("[Red]00000", 123, "00123"),
    ("00-00", 12345, "123-45"),
    ("##00", 5, "05"),
    ("000_)", 5, "005"),
    ("0", 5, "5"),
    ("#", 5, "5"),
    ("#,##0", 1234, "1234"),
    ("0.00", 5, "5"),
    ("0%", 5, "5"),
    ("00.0", 5, "5"),
    ("[<100]000;0", 5, "5"),
    ("@", 5, "5"),
    ('"none"', 5, "5"),
    ("00000", 1.5, "1.5"),
    ("00000", -7, "-7"),
]


@pytest.mark.parametrize(("code", "number", "shown"), FORMATS)
def test_a_number_is_read_as_its_format_shows_it(
    code: str, number: float, shown: str
) -> None:
    """U4: leading zeros, spaces and letters that the cell shows are kept."""
    (found,) = rows(xlsx(["Ann", "Bee", "1/1/2000", "", "", number], shown_as=code))
    assert found["centre_reference"] == shown


@given(st.text('0#? -/"\\[]<_*;.,xA', max_size=12), st.integers(0, 10**15 - 1))
def test_no_digit_of_a_number_is_lost_whatever_its_format(
    code: str, number: int
) -> None:
    """U4: the digits are those of the number, with zeros before them alone."""
    found = digit_format(code)
    if found is not None:
        texts = "".join(text or "" for text in found.pattern)
        assume(not any(letter.isdigit() for letter in texts))
        shown = "".join(x for x in found.format_number(str(number)) if x.isdigit())
        assert shown == str(number).zfill(found.least)


@given(st.integers(1, 12), st.integers(0, 10**12))
def test_leading_zeros_are_as_many_as_the_format_has(width: int, number: int) -> None:
    """U4: a longer number keeps all its digits; one zero is no format."""
    found = digit_format("0" * width)
    assert (found is None) == (width == 1)
    if found is not None:
        assert found.format_number(str(number)) == f"{number:0{width}}"


def test_hidden_rows_and_columns_are_read_and_known() -> None:
    """U4: rows that are filtered out are hidden ones; blank ones do not count."""
    content = raw(
        f"{ANN}<row r='3' hidden='1'>{inline('Ben', 'A3')}</row>"
        f"<row r='4' hidden='true'>{inline('Cat', 'A4')}</row><row r='5' hidden='1'/>"
        f"<row r='6' hidden='0'>{inline('Dan', 'A6')}</row>",
        columns="<cols><col min='1' max='1'/><col min='5' max='6' hidden='1'/></cols>",
    )
    file = read_learner_file(content)
    assert [row.number for row in file.rows if row.is_hidden] == [3, 4]
    assert file.hidden_rows == 2
    assert file.hidden_columns == ["ULN", "Centre reference"]


def test_further_sheets_with_learners_are_named_and_not_read() -> None:
    """U4: nobody is dropped without a word; what is no list, or empty, is none."""
    header, learner = list(COLUMNS.values()), list(CELLS.values())
    others = {
        "Notes": [["Something else"]],
        "Spring": [header, learner],
        "Empty": [header],
        "Summer": [["Our learners"], header, learner],
    }
    file = read_learner_file(xlsx(CELLS, after=others))
    assert len(file.rows) == 1
    assert file.unread_sheets == ["Spring", "Summer"]
    assert "“Spring” has learners" in file_sentence(
        hidden_parts(0, (), file.unread_sheets)[0]
    )


def test_the_columns_are_found_below_a_title_in_a_workbook() -> None:
    """U3, U4: rows keep the numbers that people see."""
    above = [["Learners, autumn 2026"], [], ["Given name", "as on the passport"]]
    content = xlsx(list(COLUMNS.values()), CELLS, header=(), above=above)
    (found,) = read_learner_file(content).rows
    assert (found.number, dict(found.cells)) == (5, CELLS)


def test_the_sheet_of_learners_is_found_though_its_columns_are_below_a_title() -> None:
    """U3."""
    content = xlsx(
        list(COLUMNS.values()), CELLS, header=(), above=[["Title"]], before=["Cover"]
    )
    assert read_learner_file(content).rows[0].number == 3


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A2"><f>B2</f></c>',
        '<c r="A2"><f>B2</f><v></v></c>',
        '<c r="A2"><f>B2</f><v/></c>',
        '<c r="A2"><f>B2</f><v> </v></c>',
        '<c r="A2" t="b"><f>B2</f><v/></c>',
        '<c r="A2" t="str"><f>B2</f></c>',
        '<c r="A2"><f t="shared" si="0"/><v/></c>',
    ],
)
def test_a_formula_without_a_stored_result_is_named(cell: str) -> None:
    """U4: it is not read as blank."""
    content = raw(row(2, cell, inline("Bee", "B2")))
    assert problem(content) == FileProblem(code="formula-unknown", found="A2")


def test_a_formula_whose_result_is_no_text_is_blank() -> None:
    """U4."""
    blank = '<c r="A2" t="str"><f>B2</f><v></v></c>'
    assert rows(raw(row(2, blank, inline("Bee", "B2"))))[0]["given_name"] == ""
