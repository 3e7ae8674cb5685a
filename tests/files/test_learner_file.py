"""Files of learners: read in any encoding, or refused with a sentence that helps."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.learners.details import COLUMNS, OVERFLOW
from aggregates.uploads.file_refusals import (
    LAST_ROW,
    MOST_BYTES,
    MOST_ROWS,
    SENTENCES,
    FileRefused,
    file_sentence,
)
from aggregates.uploads.file_row import MAC, WINDOWS
from events.uploads.upload import FileProblem
from files.learner_file import LearnerFile, read_learner_file, samples
from files.table import HEADER_ROWS
from files.template import TEMPLATE
from files.text_file import in_other_encoding
from tests.learner_examples import CELLS, cells, csv_file

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"
LETTERS_OF_WINDOWS = bytes(range(256)).decode(WINDOWS, errors="ignore")
EXAMPLE = Path(__file__).parents[2] / "examples" / "learners.csv"


def refused(content: bytes) -> tuple[FileProblem, ...]:
    with pytest.raises(FileRefused) as refusal:
        read_learner_file(content)
    assert len(refusal.value.others) == len(refusal.value.problems)
    return refusal.value.problems


def codes(content: bytes) -> list[str]:
    return [problem.code for problem in refused(content)]


def names(file: LearnerFile) -> list[str]:
    return [row.cells["given_name"] for row in file.rows]


def with_header(old: str, new: str) -> bytes:
    return csv_file(CELLS, header=TEMPLATE.replace(old, new))


def test_the_example_file_is_read_with_all_its_rows() -> None:
    """U2, U4."""
    file = read_learner_file(EXAMPLE.read_bytes())
    assert (file.encoding, len(file.rows), file.rows_with_accents) == (
        "utf-8",
        60,
        (3, 4),
    )


def test_the_template_has_the_eight_columns_and_no_learners() -> None:
    """U2."""
    assert TEMPLATE.strip() == (
        "Given name*,Family name*,Date of birth*,Gender,ULN,Centre reference,Email,"
        "Postcode"
    )
    assert codes(TEMPLATE.encode()) == ["no-learners"]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_told_by_its_mark_else_utf_8_else_windows(
    written: str, read_as: str
) -> None:
    """U4: as Excel saves it in each way; Irène and Åkesson mislead guessers."""
    text = csv_file(
        cells(given_name="Irène", family_name="Peña"),
        cells(given_name="Bjørn", family_name="Åkesson"),
    ).decode()
    file = read_learner_file(text.encode(written))
    assert (file.encoding, names(file)) == (read_as, ["Irène", "Bjørn"])


def test_utf_16_of_the_other_byte_order_is_read_too() -> None:
    """U4."""
    content = b"\xfe\xff" + csv_file(cells(given_name="Zoë")).decode().encode(
        "utf-16-be"
    )
    assert names(read_learner_file(content)) == ["Zoë"]


def test_a_letter_that_windows_does_not_have_is_found_by_its_line() -> None:
    """U4: as a Mac writes it; said to be the Mac's, the file is read."""
    plain, french = cells(), cells(given_name="François", family_name="Ångström")
    content = csv_file(plain, french).decode().encode("mac-roman")
    assert refused(content) == (FileProblem(code="no-such-letter", found="3"),)
    file = read_learner_file(content, encoding=MAC)
    assert (file.encoding, names(file)) == ("mac-roman", ["Chloë", "François"])


def test_names_from_a_mac_are_read_wrong_until_they_are_said_to_be() -> None:
    """U4: nothing in the file tells, so nothing is guessed."""
    content = csv_file(cells(given_name="Zoë")).decode().encode("mac-roman")
    wrong = read_learner_file(content)
    assert (wrong.encoding, names(wrong)) == ("cp1252", ["Zo\u2018"])
    assert in_other_encoding("Zo\u2018", MAC) == "Zoë"
    assert in_other_encoding("Zoë", WINDOWS) == "Zo\u2018"
    assert in_other_encoding("山田", MAC) == "山田"


@given(st.text(LETTERS_OF_WINDOWS, max_size=20))
def test_reading_in_another_encoding_loses_nothing(text: str) -> None:
    """U4: there and back."""
    with_mac = in_other_encoding(text, MAC)
    assert in_other_encoding(with_mac, WINDOWS) == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_file_that_says_its_encoding_is_believed(encoding: str) -> None:
    """U4: whatever a person says."""
    content = csv_file(CELLS).decode().encode(encoding)
    assert names(read_learner_file(content, encoding=MAC)) == ["Chloë"]


def test_two_names_with_accents_are_pointed_out() -> None:
    """U4: by their rows, so that the person sees whether they are right."""
    plain = cells(given_name="Ben", family_name="Carter")
    accented = cells(family_name="Müller", given_name="Zoe")
    assert read_learner_file(
        csv_file(plain, accented, plain, accented, accented)
    ).rows_with_accents == (3, 5)
    assert read_learner_file(csv_file(plain)).rows_with_accents == ()


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_commas_semicolons_or_tabs_part_the_cells(mark: str) -> None:
    """U4."""
    content = csv_file(CELLS).decode().replace(",", mark).encode()
    assert dict(read_learner_file(content).rows[0].cells) == dict(CELLS)


def test_cells_may_stand_in_quotation_marks() -> None:
    """U4: with commas and line ends inside; rows are numbered as a spreadsheet does."""
    quoted = TEMPLATE.encode() + b'"Ann\nMarie","Smith, Jr",1/1/2000\r\nBen,Carter\r\n'
    first, second = read_learner_file(quoted).rows
    assert (first.number, first.cells["given_name"]) == (2, "Ann\nMarie")
    assert (first.cells["family_name"], first.cells["postcode"]) == ("Smith, Jr", "")
    assert (second.number, second.cells["given_name"]) == (3, "Ben")


@given(
    st.lists(
        st.sampled_from(["", ",,,", "Learners 2026", "sep=;", "a,b;c"]), max_size=12
    ),
    st.sampled_from(",;\t"),
)
def test_the_columns_are_found_in_the_first_ten_rows(
    above: list[str], mark: str
) -> None:
    """U3, U4: rows keep their numbers; further down they are not looked for."""
    text = csv_file(CELLS).decode().replace(",", mark)
    content = ("".join(f"{line}\r\n" for line in above) + text).encode()
    has_words = any(line.strip(",") for line in above)
    if len(above) >= HEADER_ROWS and has_words:
        assert codes(content) == ["no-columns"]
    else:
        (row,) = read_learner_file(content).rows
        assert (row.number, dict(row.cells)) == (len(above) + 2, CELLS)


def test_columns_that_were_changed_are_named_below_a_title() -> None:
    """U3: the row with most columns that we know is taken for them."""
    header = "\r\nEmail list\r\n" + TEMPLATE.replace(",ULN", "")
    problems = refused(csv_file(CELLS, header=header))
    assert problems[0] == FileProblem(code="column-removed", column="ULN")


def test_a_layout_with_other_names_is_found_below_a_title() -> None:
    """U3."""
    content = b"ILR export\n\nGivenNames,FamilyName,DateOfBirth\nBen,Carter,1/1/2000\n"
    file = read_learner_file(content)
    assert file.mapping is not None
    assert (file.rows[0].number, names(file)) == (4, ["Ben"])
    assert samples(content)["GivenNames"] == ["Ben"]


def test_blank_rows_are_passed_over_and_counted() -> None:
    """U4: what is said of row 4 is seen in row 4 of the spreadsheet."""
    content = TEMPLATE.encode() + b",,,,,,,\r\n\r\nBen,Carter,1/1/2000\r\n"
    assert [row.number for row in read_learner_file(content).rows] == [4]


def test_blank_columns_at_the_end_do_not_matter() -> None:
    """U3: spreadsheets write them."""
    content = TEMPLATE.strip().encode() + b",,\r\nBen,Carter,1/1/2000,,,,,,,\r\n"
    assert OVERFLOW not in read_learner_file(content).rows[0].cells


def test_a_row_with_too_many_cells_keeps_them() -> None:
    """U6: nothing of the row is lost."""
    content = csv_file(CELLS).strip() + b",Jr,\r\n"
    assert read_learner_file(content).rows[0].cells[OVERFLOW] == "Jr"


@pytest.mark.parametrize("content", [b"", b" \r\n\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    """U3."""
    assert codes(content) == ["empty"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (JPEG, "a photograph (JPEG)"),
        (b"\x89PNG\r\n\x1a\n", "a picture (PNG)"),
        (b"%PDF-1.7", "a PDF document"),
        (b"plain\x00binary", "not text"),
        (b"\x81\x8d\xff", "not text"),
        (b"\xff\xfe\x00", "not text"),
        (b"\xef\xbb\xbf\xff", "not text"),
    ],
)
def test_what_is_not_csv_is_refused_and_named(content: bytes, kind: str) -> None:
    """U3: a photograph renamed to .csv, above all."""
    assert refused(content) == (FileProblem(code="not-csv", found=kind),)


def test_a_removed_column_is_named() -> None:
    """U3."""
    assert refused(with_header(",Email", "")) == (
        FileProblem(code="column-removed", column="Email"),
    )


def test_an_added_column_is_named() -> None:
    """U3."""
    assert refused(with_header("ULN,", "ULN,Shoe size,")) == (
        FileProblem(code="column-added", found="Shoe size"),
    )


def test_a_renamed_column_is_named_with_both_names() -> None:
    """U3: by its place, or by its likeness."""
    assert refused(with_header("Given name*", "Forename")) == (
        FileProblem(code="column-renamed", column="Given name*", found="Forename"),
    )
    assert refused(with_header("Gender,ULN", "ULN,Genders")) == (
        FileProblem(code="column-renamed", column="Gender", found="Genders"),
    )


def test_a_strange_column_in_the_place_of_another_may_be_either() -> None:
    """U3: that it is a new name is only said of names that are alike."""
    header = TEMPLATE.replace("Email", "E-mail").replace("Postcode", "Phone")
    said = [file_sentence(each) for each in refused(csv_file(header=header))]
    assert said == [
        "The column “Email” is called “E-mail”. Call it “Email”.",
        (
            "“Phone” stands where the column “Postcode” belongs. If it is that column,"
            " call it “Postcode”; else put “Postcode” back and take “Phone” out."
        ),
    ]


def test_columns_in_another_order_are_named() -> None:
    """U3."""
    assert refused(with_header("Gender,ULN", "ULN,Gender")) == (
        FileProblem(code="column-moved", column="ULN", found="Gender"),
        FileProblem(code="column-moved", column="Gender", found="ULN"),
    )


def test_a_repeated_column_is_named() -> None:
    """U3."""
    assert refused(with_header("Gender,ULN", "ULN,ULN")) == (
        FileProblem(code="column-removed", column="Gender"),
        FileProblem(code="column-repeated", column="ULN"),
    )


def test_every_column_at_fault_is_named_at_once() -> None:
    """U3."""
    header = TEMPLATE.replace("Given name*", "Forename").replace(",Postcode", "")
    assert codes(csv_file(header=header)) == ["column-renamed", "column-removed"]


def test_a_file_without_the_first_row_is_told_what_is_missing() -> None:
    """U3: and no learner's name is taken for a column's."""
    content = csv_file(CELLS).removeprefix(TEMPLATE.encode())
    assert refused(content) == (FileProblem(code="no-columns"),)


def test_a_quotation_mark_in_the_wrong_place_is_found_by_its_line() -> None:
    """U3."""
    content = csv_file(CELLS) + b'Ben,"Carter,1/1/2000\r\n'
    assert refused(content) == (FileProblem(code="unreadable", found="3"),)


def test_a_file_has_at_most_a_hundred_thousand_rows() -> None:
    """U3: 100,000 and 100,001."""
    row = b"Ben,Carter,1/1/2000\r\n"
    most = TEMPLATE.encode() + row * MOST_ROWS
    assert len(read_learner_file(most).rows) == MOST_ROWS
    assert codes(most + row) == ["too-many-rows"]


def test_a_file_has_a_greatest_size() -> None:
    """U3."""
    content = csv_file(CELLS)
    blank = (b" " * 99_999 + b"\n") * (MOST_BYTES // 100_000)
    most = content + blank[len(content) :]
    assert len(most) == MOST_BYTES
    assert len(read_learner_file(most).rows) == 1
    assert codes(most + b"\n") == ["too-big"]


def test_blank_rows_are_not_counted_for_ever() -> None:
    """U3: up to a spreadsheet's last row, and one more."""
    blank = b"\n" * (LAST_ROW - 2)
    assert len(read_learner_file(csv_file(CELLS) + blank).rows) == 1
    assert codes(csv_file(CELLS) + blank + b"\n") == ["too-many-rows"]


def test_the_refusal_says_each_fault_in_a_sentence() -> None:
    """U3."""
    with pytest.raises(FileRefused) as refusal:
        read_learner_file(with_header("ULN,", "ULN,Shoe size,"))
    assert str(refusal.value) == (
        "The file was not uploaded, and nothing of it is kept. The column “Shoe size”"
        " is not in the template. Remove it."
    )
    assert [other.path for other in refusal.value.others] == [("file",)]
    assert all(text.endswith(".") for text in SENTENCES.values())


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_file_is_read_or_refused(content: bytes) -> None:
    """U3."""
    try:
        file = read_learner_file(content)
    except FileRefused:
        return
    assert file.rows


CELL = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters='"\ufeff'),
    max_size=8,
)


@given(
    st.lists(
        st.fixed_dictionaries(dict.fromkeys(COLUMNS, CELL)), min_size=1, max_size=5
    )
)
def test_whatever_is_written_in_the_template_is_read_back(
    rows: list[dict[str, str]],
) -> None:
    """U4: every cell as it was written."""
    quoted = [{c: f'"{text}"' for c, text in row.items()} for row in rows]
    wanted = [row for row in rows if any(text.strip() for text in row.values())]
    if wanted:
        file = read_learner_file(csv_file(*quoted))
        assert [dict(row.cells) for row in file.rows] == wanted
