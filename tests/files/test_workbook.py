"""Workbooks of learners: read as text, whatever Excel or an enemy made of them."""

from datetime import UTC, date, datetime
from io import BytesIO
from zipfile import ZIP_LZMA, ZipFile

import pytest
from python_calamine import load_workbook

from aggregates.learners.details import COLUMNS, OVERFLOW
from aggregates.uploads.file_refusals import FileRefused
from events.uploads.upload import FileProblem
from files import learner_file
from files.cells import (
    LAST_DAY,
    MOST_EXACT,
    column_of,
    letters_of,
    number_text,
    text_of,
)
from files.learner_file import read_learner_file
from files.markup import OLE
from files.number_formats import is_date_format
from files.template import NOTES, xlsx_template
from tests import workbooks
from tests.learner_examples import CELLS, ULN, cells
from tests.workbooks import ANN, Cell, inline, raw, row, xlsx

MEBIBYTE = 2**20


def wide(text: str) -> bytes:
    """Write text as older Office files name their parts."""
    return text.encode("utf-16-le")


def rows(content: bytes) -> list[dict[str, str]]:
    return [dict(row.cells) for row in read_learner_file(content).rows]


def problem(content: bytes) -> FileProblem:
    with pytest.raises(FileRefused) as refusal:
        read_learner_file(content)
    assert len(refusal.value.others) == 1
    return refusal.value.problems[0]


def learner(born: Cell = "27/3/2006", uln: Cell = "", reference: Cell = "") -> bytes:
    return xlsx(["Chloë", "D'Arcy", born, "F", uln, reference])


def test_a_workbook_is_read_as_csv_is() -> None:
    """U2, U4: the same cells, under the numbers of the same rows."""
    file = read_learner_file(xlsx(CELLS, [], cells(given_name="Zoë")))
    assert (file.encoding, file.rows_with_accents) == ("xlsx", (2, 4))
    assert [dict(row.cells) for row in file.rows] == [CELLS, cells(given_name="Zoë")]


def test_the_template_is_filled_in_and_read_back() -> None:
    """U2: its cells are text, so that Excel spoils no date and no ULN."""
    assert problem(xlsx_template()).code == "no-learners"
    book = load_workbook(BytesIO(xlsx_template()))
    assert book.sheet_names == ["Learners", "Notes"]
    assert book.get_sheet_by_index(0).to_python() == [list(COLUMNS.values())]
    assert len(book.get_sheet_by_index(1).to_python()) == len(NOTES)
    with ZipFile(BytesIO(xlsx_template())) as package:
        styles = package.read("xl/styles.xml").decode()
    assert 'numFmtId="49"' in styles


@pytest.mark.parametrize(
    ("born", "read_as"),
    [
        (date(2006, 3, 27), "2006-03-27"),
        (datetime(2006, 3, 27, tzinfo=UTC).replace(tzinfo=None), "2006-03-27"),
        (38803, "2006-03-27"),
        ("38803", "38803"),
        (2006, "2006"),
        (27032006, "27032006"),
        (9999, "9999"),
        (10000, "1927-05-18"),
        ("27/03/2006", "27/03/2006"),
    ],
)
def test_a_date_of_birth_is_a_day_however_excel_keeps_it(
    born: Cell, read_as: str
) -> None:
    """U4: a date, or a number of five digits, which can be no year."""
    assert rows(learner(born))[0]["date_of_birth"] == read_as


@pytest.mark.parametrize(
    ("serial", "day"),
    [
        (0.99, None),
        (1, "1900-01-01"),
        (59, "1900-02-28"),
        (60, None),
        (61, "1900-03-01"),
        (38803.5, "2006-03-27 12:00:00"),
        (LAST_DAY, "9999-12-31"),
        (LAST_DAY + 1, None),
    ],
)
def test_a_day_that_excel_counts_is_the_day_that_it_shows(
    serial: float, day: str | None
) -> None:
    """U4: with its 29 February 1900, which never was, and no day where it has none."""
    assert text_of(serial, is_1904=False) == day


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("1000000043.0", "1000000043"),
        ("1E+9", "1000000000"),
        (f"{MOST_EXACT - 1}.0", f"{MOST_EXACT - 1}"),
        (f"{MOST_EXACT}", f"{float(MOST_EXACT)}"),
        ("0.5", "0.5"),
    ],
)
def test_a_number_is_told_with_every_digit_that_excel_can_hold(
    written: str, text: str
) -> None:
    """U4: fifteen; a longer one is left as it is, so that it is seen to be spoilt."""
    assert number_text(written) == text


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    """U4: and a bare number is left for the person to say, as it is not sure."""
    styled = row(2, inline("Ann", "A2"), '<c r="C2" s="1"><v>37341</v></c>')
    bare = row(3, inline("Ben", "A3"), '<c r="C3"><v>37341</v></c>')
    styles = '<s><cellXfs><xf/><xf numFmtId="14"/></cellXfs></s>'
    related = (
        f'<r><Relationship Id="s" Type="{workbooks.KINDS}/worksheet" Target="one.xml"/>'
        f'<Relationship Id="y" Type="{workbooks.KINDS}/styles" Target="y.xml"/></r>'
    )
    content = raw(
        styled + bare,
        properties='<workbookPr date1904="1"/>',
        more={"xl/y.xml": styles.encode()},
    )
    content = replaced(content, "xl/_rels/workbook.xml.rels", related.encode())
    born = [row["date_of_birth"] for row in rows(content)]
    assert born == ["2006-03-27", "37341"]


@pytest.mark.parametrize(
    ("number", "text"),
    [(1000102504, ULN), (9999999999, "9999999999"), (7.0, "7"), (1.5, "1.5")],
)
def test_a_number_keeps_its_digits_and_gets_none(number: float, text: str) -> None:
    """U4: no trailing ``.0``, no exponent, every digit of a ULN."""
    assert rows(learner(uln=number))[0]["uln"] == text


def test_a_number_in_excels_short_form_is_written_out() -> None:
    """U4: where the workbook has all its digits still."""
    short = row(2, inline("Ann", "A2"), '<c r="E2"><v>1.000102504E9</v></c>')
    assert rows(raw(short))[0]["uln"] == ULN


def test_cells_without_addresses_shared_and_escaped_texts_are_read() -> None:
    """U4: as other programs write them; readings of Japanese names are left out."""
    strings = (
        "<si><r><t>Zo</t></r><r><t>_x00EB_</t></r></si>"
        "<si><t>山田</t><rPh><t>やまだ</t></rPh></si><si><t>_x0000_</t></si>"
    )
    cells = "".join(f'<c t="s"><v>{at}</v></c>' for at in range(3))
    formula = '<c t="str"><f>A1</f><v>F</v></c><c t="b"><v>1</v></c>'
    (found,) = rows(raw(f"<row>{cells}{formula}</row>", strings=strings))
    assert list(found.values())[:5] == ["Zoë", "山田", "_x0000_", "F", "TRUE"]


def test_the_sheet_with_our_columns_is_read_or_else_the_first() -> None:
    """U3: wherever it stands among the others; empty sheets do not matter."""
    assert rows(xlsx(CELLS, before=["Cover", "Sheet2"])) == [CELLS]
    other = xlsx(header=["Shoe size"], before=["Cover"])
    assert problem(other).code == "no-columns"
    assert problem(xlsx(header=[])).code == "empty"


def test_changed_columns_of_a_workbook_are_named() -> None:
    """U3."""
    header = [*COLUMNS.values()]
    header.insert(5, "Shoe size")
    fault = FileProblem(code="column-added", found="Shoe size")
    assert problem(xlsx(CELLS, header=header)) == fault


def test_a_cell_beyond_the_columns_is_kept_or_refused() -> None:
    """U6: never lost."""
    assert rows(xlsx([*CELLS.values(), "Jr"]))[0][OVERFLOW] == "Jr"
    last = row(2, inline("Ann", "A2"), inline("x", f"{letters_of(99)}2"))
    assert rows(raw(last))[0][OVERFLOW] == "x"
    further = row(2, inline("Ann", "A2"), inline("x", f"{letters_of(100)}2"))
    assert problem(raw(further)) == FileProblem(code="too-wide", found="CW2")


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ('<c r="B2"><f>A1&amp;"x"</f></c>', "formula-unknown"),
        ('<c r="B2" t="e"><v>#N/A</v></c>', "cell-error"),
    ],
)
def test_a_cell_whose_value_nobody_knows_is_pointed_out(cell: str, code: str) -> None:
    """U3: a formula that was never worked out, or one that failed."""
    found = problem(raw(row(2, inline("Ann", "A2"), cell)))
    assert found == FileProblem(code=code, found="B2")


def replaced(content: bytes, part: str, octets: bytes) -> bytes:
    """Make the same package but for one part."""
    made = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, octets if name == part else old.read(name))
    return made.getvalue()


def zipped(name: str) -> bytes:
    content = BytesIO()
    with ZipFile(content, "w") as package:
        package.writestr(name, "x")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (zipped("content.xml"), "an OpenDocument file (.ods)"),
        (zipped("xl/workbook.bin"), "a binary Excel workbook (.xlsb)"),
        (zipped("word/document.xml"), "a Word document"),
        (zipped("holiday.jpg"), "a zipped file and no Excel workbook"),
        (OLE + bytes(600), "an older Office file"),
        (OLE + wide("WordDocument"), "an older Word document (.doc)"),
        (OLE + wide("PowerPoint Document"), "an older PowerPoint file (.ppt)"),
        (b'<?xml version="1.0"?><learners/>', "an XML document"),
    ],
)
def test_what_is_no_xlsx_is_named(content: bytes, kind: str) -> None:
    """U3."""
    assert problem(content) == FileProblem(code="not-csv", found=kind)


def test_a_workbook_with_a_password_is_told_from_an_old_one() -> None:
    """U3."""
    locked = b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    assert problem(locked).code == "locked"


DAMAGED = {
    "no zip": b"PK\x03\x04rest",
    "cut short": xlsx(CELLS)[:-400],
    "not closed": raw("<row>"),
    "a document type": raw(ANN, prolog="<!DOCTYPE x [<!ENTITY a 'b'>]>"),
    "no such text": raw(row(2, '<c r="A2" t="s"><v>9</v></c>')),
    "a row twice": raw(ANN + ANN),
    "a cell twice": raw(row(2, inline("Ann", "A2"), inline("Ben", "A2"))),
    "a cell elsewhere": raw(row(2, inline("Ann", "A3"))),
    "another compression": raw(ANN, compression=ZIP_LZMA),
    "a tag without end": raw(f'<row r="2" x="{"x" * 2 * MEBIBYTE}">'),
    "no sheet": replaced(raw(ANN), "xl/_rels/workbook.xml.rels", b"<r/>"),
    "no number": raw(row(2, '<c r="A2"><v>one</v></c>')),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_workbook_is_refused(what: str) -> None:
    """U3: and nothing of it is taken for what it may have said."""
    assert problem(DAMAGED[what]).code == "damaged-workbook"


def test_a_workbook_has_a_greatest_number_of_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """U3: those that are empty do not count, up to a spreadsheet's last."""
    monkeypatch.setattr(learner_file, "MOST_ROWS", 3)
    most = "".join(row(n, inline("Ann", f"A{n}"), "<c/>") for n in (2, 3, 2**20))
    assert len(read_learner_file(raw(most)).rows) == 3
    more = "".join(row(n, inline("Ann", f"A{n}")) for n in range(2, 6))
    assert problem(raw(more)).code == "too-many-rows"
    beyond = row(2**20 + 1, inline("Ann", f"A{2**20 + 1}"))
    assert problem(raw(beyond)).code == "too-many-rows"


def test_nothing_but_the_cells_is_opened() -> None:
    """U3: links, macros, pictures and zips within do nothing, however large."""
    nested = raw(more={"xl/inner.zip": bytes(50 * MEBIBYTE)})
    more = {
        "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
        "xl/vbaProject.bin": b"macro",
        "xl/embeddings/inner.xlsx": nested,
    }
    assert rows(raw(ANN, more=more))[0]["given_name"] == "Ann"


def test_two_readers_find_the_same_cells() -> None:
    """U4: ours, and a library's that has read many a workbook."""
    content = xlsx(CELLS, ["Zoë", "Müller", date(1999, 12, 31), "", 1000102504, 0.1])
    (_, *theirs) = load_workbook(BytesIO(content)).get_sheet_by_index(0).iter_rows()
    ours = rows(content)
    assert [list(row.values()) for row in ours] == [
        [plain(cell) for cell in row] for row in theirs
    ]


def plain(cell: object) -> str:
    return str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("dd/mm/yyyy", True),
        ("[$-809]d mmmm yyyy;@", True),
        ("0.00", False),
        ("General", False),
        ('0 "days"', False),
        ("[Red]0;\\d0", False),
        ("@", False),
    ],
)
def test_a_format_is_told_to_be_a_dates(code: str, is_date: bool) -> None:  # noqa: FBT001 - a column of the table above
    """U4."""
    assert is_date_format(code) is is_date


def test_columns_are_counted_as_their_letters_say() -> None:
    """U6."""
    assert [letters_of(n) for n in (0, 25, 26, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
    ]
    assert all(column_of(letters_of(n)) == n for n in range(2_000))
