"""Invalid records given out as a workbook, and what becomes of each as it returns."""

from collections.abc import Sequence
from io import BytesIO
from xml.etree.ElementTree import fromstring
from zipfile import ZipFile

import pytest
from python_calamine import load_workbook

from aggregates.learners.details import COLUMNS
from aggregates.uploads.file_columns import KEY
from aggregates.uploads.file_refusals import FileRefused
from commands.uploads import record_file
from commands.uploads.record_file import TooManyToAmend, amend_from_file, read_invalid
from events.uploads.upload import RecordAmended
from files.corrections import invalid_workbook, read_corrections
from files.learner_file import read_learner_file
from store import EventStore
from tests.clock import Clock
from tests.commands.upload_centre import ADMINISTRATOR, MACHINE, UploadCentre
from tests.learner_examples import CELLS, OTHER_ULN, THIRD_ULN, ULN, cells
from tests.workbooks import xlsx

HEADER = [*COLUMNS.values(), "", KEY]
BAD_BIRTH = cells(given_name="=1+1", date_of_birth="31/02/2006", uln="")
NAMELESS = cells(family_name="", uln=OTHER_ULN)


@pytest.fixture
def upload_centre(store: EventStore, clock: Clock) -> UploadCentre:
    return UploadCentre(store=store, now=clock)


def given_out(upload_centre: UploadCentre, group: str) -> bytes:
    return invalid_workbook(read_invalid(upload_centre.context, group, MACHINE))


def lines(content: bytes) -> list[list[str]]:
    """Read the workbook's rows by another reader than ours."""
    rows = load_workbook(BytesIO(content)).get_sheet_by_index(0).to_python()
    return [[str(cell) for cell in row] for row in rows]


def back(
    upload_centre: UploadCentre,
    group: str,
    rows: Sequence[Sequence[str]],
    above: Sequence[Sequence[str]] = (),
) -> dict[int, str]:
    """Return those rows; give the outcome by the place in the file."""
    content = xlsx(*rows, header=HEADER, above=above)
    returned = amend_from_file(
        read_corrections(content),
        group,
        context=upload_centre.context,
        send=upload_centre.send,
        by=ADMINISTRATOR,
        at=upload_centre.now(),
        alike=upload_centre.alike,
    )
    return {one.place: one.outcome.value for one in returned}


def changed(row: Sequence[str], **told: str) -> list[str]:
    at = dict(zip([*COLUMNS, "overflow", "key"], row, strict=True))
    return list((at | told).values())


def amendments(upload_centre: UploadCentre) -> int:
    log = upload_centre.store.log(after=0)
    return sum(isinstance(recorded.event, RecordAmended) for recorded in log)


def test_invalid_records_are_given_out_in_the_template_with_their_reasons(
    upload_centre: UploadCentre,
) -> None:
    """U6: what looks like a formula is text; the version is in a hidden column."""
    group = upload_centre.checked(cells(), BAD_BIRTH, NAMELESS)
    content = given_out(upload_centre, group)
    assert lines(content) == [
        HEADER,
        [*BAD_BIRTH.values(), "", f"{group}/3/1"],
        [*NAMELESS.values(), "", f"{group}/4/1"],
    ]
    with ZipFile(BytesIO(content)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
        comments = package.read("xl/comments1.xml")
    assert "<f>" not in sheet
    assert 'hidden="1"' in sheet
    assert said(comments) == {
        "A2": (
            "=1+1 does not look like a name. It is kept, and printed on certificates, as"
            " it is written. Check it."
        ),
        "C2": "31 February is not a real date. Enter a date like 27/3/2006.",
        "B3": "Family name is missing. Every learner needs one.",
    }


def said(comments: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in fromstring(comments).iter():  # noqa: S314 - our own
        if element.tag.endswith("}comment"):
            found[element.attrib["ref"]] = "".join(element.itertext()).strip()
    return found


def test_rows_that_come_back_amend_their_records(upload_centre: UploadCentre) -> None:
    """U6, U8: in whatever order, some left out; sent again they change nothing."""
    group = upload_centre.checked(
        cells(), BAD_BIRTH, NAMELESS, cells(given_name="", uln="")
    )
    _, first, second, third = lines(given_out(upload_centre, group))
    rows = [
        changed(second, family_name="Carter"),
        changed(first, date_of_birth="2006-02-28"),
        third,
    ]
    assert back(upload_centre, group, rows) == {
        2: "amended",
        3: "amended",
        4: "unchanged",
    }
    states = [state.value for state in upload_centre.states(group).values()]
    assert states == ["valid", "valid", "valid", "invalid"]
    assert upload_centre.records(group)[4].cells["family_name"] == "Carter"
    assert back(upload_centre, group, rows) == dict.fromkeys((2, 3, 4), "unchanged")
    assert amendments(upload_centre) == 2


def test_rows_that_come_back_are_read_as_those_of_a_new_file(
    upload_centre: UploadCentre,
) -> None:
    """U4, U8: below a title, other forms of dates; hidden rows are known as such."""
    group = upload_centre.checked(BAD_BIRTH, NAMELESS)
    _, first, second = lines(given_out(upload_centre, group))
    rows = [
        changed(first, date_of_birth="28 Feb 2006"),
        changed(second, family_name="Carter"),
    ]
    above = [["To correct, by Friday"], []]
    assert back(upload_centre, group, rows, above) == {4: "amended", 5: "amended"}
    states = [state.value for state in upload_centre.states(group).values()]
    assert states == ["valid", "valid"]


def test_rows_that_come_back_hidden_are_known_as_such(
    upload_centre: UploadCentre,
) -> None:
    """U4, U6: they amend their records all the same, and are counted."""
    group = upload_centre.checked(BAD_BIRTH, NAMELESS)
    _, *rows = lines(given_out(upload_centre, group))
    corrections = read_corrections(xlsx(*rows, header=HEADER, hide_rows=[2]))
    assert [each.is_hidden for each in corrections] == [False, True]


def test_a_record_changed_by_somebody_since_is_left_alone(
    upload_centre: UploadCentre,
) -> None:
    """U6, U8: amended, removed; unless both say the same."""
    group = upload_centre.checked(BAD_BIRTH, NAMELESS, cells(given_name="", uln=""))
    _, first, second, third = lines(given_out(upload_centre, group))
    upload_centre.put_right(group, 2, date_of_birth="1/2/2006")
    upload_centre.put_right(group, 3, family_name="Carter")
    upload_centre.remove(group, 4)
    rows = [
        changed(first, date_of_birth="28/2/2006"),
        changed(second, family_name="Carter"),
        changed(third, given_name="Ann"),
    ]
    assert back(upload_centre, group, rows) == {
        2: "conflicting",
        3: "unchanged",
        4: "conflicting",
    }
    assert upload_centre.records(group)[2].cells["date_of_birth"] == "1/2/2006"


def test_rows_of_one_uln_may_be_put_right_together(upload_centre: UploadCentre) -> None:
    """U6: one's being amended changes what is wrong with the other; no person did."""
    group = upload_centre.checked(cells(), cells(given_name="Zoë"))
    _, first, second = lines(given_out(upload_centre, group))
    rows = [changed(first, uln=OTHER_ULN), changed(second, uln=THIRD_ULN)]
    assert back(upload_centre, group, rows) == {2: "amended", 3: "amended"}
    assert {state.value for state in upload_centre.states(group).values()} == {"valid"}


def test_rows_that_are_no_record_of_the_group_amend_nothing(
    upload_centre: UploadCentre,
) -> None:
    """U6: added ones, another group's, and one that is there twice."""
    group = upload_centre.checked(BAD_BIRTH, NAMELESS)
    _, first, second = lines(given_out(upload_centre, group))
    mine = changed(first, date_of_birth="28/2/2006")
    added = changed(first, key="")
    strange = changed(second, family_name="Lee", key="G-0000000042/3/1")
    assert back(upload_centre, group, [mine, added, strange, mine]) == {
        2: "conflicting",
        3: "unknown",
        4: "unknown",
        5: "conflicting",
    }
    assert amendments(upload_centre) == 0


def test_a_file_amends_so_many_records_at_most(
    upload_centre: UploadCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U8: one more is refused whole."""
    monkeypatch.setattr(record_file, "MOST_AMENDED", 1)
    group = upload_centre.checked(BAD_BIRTH, NAMELESS)
    _, first, second = lines(given_out(upload_centre, group))
    rows = [changed(first, date_of_birth="28/2/2006"), second]
    assert back(upload_centre, group, rows) == {2: "amended", 3: "unchanged"}
    upload_centre.put_right(group, 2, date_of_birth="31/02/2006")
    _, first, second = lines(given_out(upload_centre, group))
    rows = [
        changed(r, family_name="L", date_of_birth="1/1/06") for r in (first, second)
    ]
    with pytest.raises(TooManyToAmend):
        back(upload_centre, group, rows)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ([*COLUMNS.values()], "not-to-correct"),
        ([*COLUMNS.values(), KEY], "column-moved"),
        ([*list(COLUMNS.values())[1:], "x", "", KEY], "column-removed"),
    ],
)
def test_another_file_corrects_nothing(header: list[str], code: str) -> None:
    """U3."""
    with pytest.raises(FileRefused) as refusal:
        read_corrections(xlsx(CELLS, header=header))
    assert refusal.value.problems[0].code == code


def test_corrections_are_not_taken_for_a_new_group(upload_centre: UploadCentre) -> None:
    """U3: the refusal says where they belong."""
    content = given_out(upload_centre, upload_centre.checked(NAMELESS))
    with pytest.raises(FileRefused) as refusal:
        read_learner_file(content)
    assert [problem.code for problem in refusal.value.problems] == ["to-correct"]


def test_what_does_not_fit_a_cell_comes_back_unchanged(
    upload_centre: UploadCentre,
) -> None:
    """U6: nothing is amended by being too long for a workbook."""
    group = upload_centre.checked(cells(email="x" * 40_000, uln=ULN))
    (_, row) = lines(given_out(upload_centre, group))
    assert len(row[6]) == 32_767
    assert back(upload_centre, group, [row]) == {2: "unchanged"}
