"""Rows put right in place: one, all alike, in Excel, removed, told apart or linked."""

from collections.abc import Iterator, Mapping
from uuid import uuid4

import pytest

from aggregates.learners.details import COLUMNS
from aggregates.uploads.file_columns import KEY
from events.identifier import stream_of
from events.learners.verification import UlnVerified
from files.corrections import read_corrections
from store import Actor
from tests.learner_examples import OTHER_ULN, cells
from tests.web.pages import Opened, Person, WebSite, website
from tests.web.uploads.upload_desk import (
    BAD_DATE,
    HOSTILE,
    OTHER_BAD,
    PART,
    learner,
    send,
    settle,
    upload_rows,
    wait,
)
from tests.workbooks import xlsx


@pytest.fixture(scope="module")
def site() -> Iterator[WebSite]:
    with website() as opened:
        yield opened


@pytest.fixture
def admin(site: WebSite) -> Person:
    return site.person("admin.riverside")


def wrong(given: str, value: str = BAD_DATE) -> dict[str, str]:
    return learner(given, date_of_birth=value)


def part(person: Person, page: Opened, action: str, **typed: object) -> Opened:
    """Send a row's form as htmx does."""
    return person.post(action, page.form(action).values | typed, headers=PART)


def test_a_row_is_put_right_and_a_new_fault_is_said_at_once(admin: Person) -> None:
    at = upload_rows(admin, "Fix", wrong(HOSTILE), learner("Bo"))
    page = admin.open(f"{at}/fix")
    assert HOSTILE in page.text
    assert HOSTILE not in page.html
    assert "31 February is not a real date." in page.text
    still = admin.send(page, f"{at}/rows/2", date_of_birth=OTHER_BAD)
    assert still.status == 422
    assert f"{OTHER_BAD} is not" in still.text or "not a real date" in still.text
    assert "#row-2-date_of_birth" in still.links
    assert f'value="{OTHER_BAD}"' in still.html
    fixed = admin.send(still, f"{at}/rows/2", date_of_birth="28/2/2006")
    assert fixed.address == f"{at}/fix"
    assert "Row 2: Date of birth is now 28/2/2006." in fixed.text
    assert "Every row of this upload is right." in fixed.text


def test_htmx_is_answered_with_the_row_alone(admin: Person) -> None:
    at = upload_rows(admin, "Part", wrong("Ada"), wrong("Bo", OTHER_BAD))
    page = admin.open(f"{at}/fix")
    still = part(admin, page, f"{at}/rows/2", date_of_birth="nonsense")
    assert still.status == 422
    assert "<html" not in still.html
    assert 'id="row-2"' in still.html
    assert 'id="row-3"' not in still.html
    assert "nonsense is not a date." in still.text
    fixed = part(admin, still, f"{at}/rows/2", date_of_birth="1/2/2006")
    assert fixed.status == 200
    assert "Fixed" in fixed.text
    assert "1 row to fix" in fixed.text
    assert "Submit 1 learner now" in fixed.text
    assert fixed.html.count('hx-swap-oob="true"') == 2


def test_sent_twice_a_row_is_put_right_once(site: WebSite, admin: Person) -> None:
    at = upload_rows(admin, "Twice", wrong("Ada"))
    page = admin.open(f"{at}/fix")
    typed = {"date_of_birth": "1/2/2006"}
    admin.send(page, f"{at}/rows/2", **typed)
    head = site.service.store.head()
    assert admin.send(page, f"{at}/rows/2", **typed).status == 200
    assert site.service.store.head() == head


def test_the_same_slip_is_changed_everywhere_at_once(admin: Person) -> None:
    rows = [wrong(name) for name in ("Ada", "Bo", "Cy")]
    at = upload_rows(admin, "Alike", *rows, wrong("Di", OTHER_BAD))
    page = admin.open(f"{at}/fix")
    assert page.text.count("Change the 2 others like it too") == 3
    typed = {"date_of_birth": "28/2/2006", "alike": "date_of_birth"}
    answer = part(admin, page, f"{at}/rows/2", **typed)
    assert answer.headers["HX-Redirect"] == f"{at}/fix"
    after = admin.open(f"{at}/fix")
    assert "2 other rows with the same slip changed too." in after.text
    assert "1 row to fix" in after.text
    assert OTHER_BAD in after.html


def test_who_comes_second_is_told_who_changed_what(
    site: WebSite, admin: Person
) -> None:
    at = upload_rows(admin, "Second", wrong("Ada"), wrong("Bo", OTHER_BAD))
    assessor = site.person("assessor.riverside")
    page = admin.open(f"{at}/fix")
    send(assessor, f"{at}/fix", f"{at}/rows/2", date_of_birth="1/2/2006")
    late = admin.send(page, f"{at}/rows/2", date_of_birth="2/2/2006")
    assert late.status == 422
    assert "assessor.riverside" in late.text
    assert 'value="2/2/2006"' in late.html
    done = admin.send(late, f"{at}/rows/2", date_of_birth="2/2/2006")
    assert done.address == f"{at}/fix"


def test_a_whole_row_is_looked_at_and_put_right(admin: Person) -> None:
    at = upload_rows(admin, "Whole", learner("Ada"), wrong("Bo"))
    ready = admin.open(f"{at}/valid")
    assert "1 row ready" in ready.text
    assert f"{at}/rows/2" in ready.links
    page = admin.open(f"{at}/rows/3")
    assert page.status == 200
    assert "#row-3-date_of_birth" in page.links
    still = admin.send(page, f"{at}/rows/3", given_name="")
    assert still.status == 422
    assert "Given name is missing." in still.text
    done = admin.send(still, f"{at}/rows/3", given_name="Bob", date_of_birth="1/2/2006")
    assert done.address == f"{at}/rows/3"
    assert "Given name is now Bob" in done.text


def test_of_a_long_value_the_beginning_is_said(admin: Person) -> None:
    at = upload_rows(admin, "Long", learner("Lou"))
    done = send(admin, f"{at}/rows/2", f"{at}/rows/2", family_name="Ü" * 199)
    assert f"Family name is now {'Ü' * 60}…." in done.text
    assert all(len(each.value or "") < 1000 for each in admin.client.cookies.jar)


def test_a_row_is_removed_for_good(admin: Person) -> None:
    at = upload_rows(admin, "Removed", wrong("Ada"))
    page = admin.open(f"{at}/rows/2/remove")
    assert "It cannot be put back" in page.text
    done = admin.send(page, f"{at}/rows/2/remove")
    assert "Row 2 was removed." in done.text
    assert "This row was removed" in admin.open(f"{at}/rows/2").text
    assert admin.send(page, f"{at}/rows/2/remove").status == 200


def test_somebody_known_joins_or_is_told_apart(site: WebSite, admin: Person) -> None:
    first = upload_rows(admin, "Known", learner("Zoë"), learner("Max"))
    send(admin, f"{first}/submit", f"{first}/submit")
    wait(admin, f"{first}/done")
    settle(site)
    at = upload_rows(
        admin,
        "Again",
        learner("Zoë", postcode="AB1 2CD"),
        learner("Max", postcode="AB1 2CD"),
    )
    page = admin.open(f"{at}/fix")
    assert "Who is Zoë D'Arcy?" in page.text
    assert "AB1 2CD" in page.text
    unsaid = admin.send(page, f"{at}/rows/2")
    assert unsaid.status == 422
    assert "Say who Zoë is." in unsaid.text
    assert "#row-2-who" in unsaid.links
    assert "row-2-who" in unsaid.ids
    known = next(each for each in admin.open(f"{first}/valid").links if "/L-" in each)
    joined = admin.send(unsaid, f"{at}/rows/2", who=known.rpartition("/")[2])
    assert "who joins the group" in joined.text
    apart = admin.send(joined, f"{at}/rows/3", who="different")
    assert apart.status == 200
    assert "Every row of this upload is right." in apart.text
    kept = send(admin, f"{at}/rows/2", f"{at}/rows/2", given_name="Zadie")
    assert kept.status == 422
    assert "tick “It may be lost”" in kept.text
    assert "row-2-confirm_loss" in kept.ids
    loose = admin.send(kept, f"{at}/rows/2", given_name="Zadie", confirm_loss="yes")
    assert "Given name is now Zadie" in loose.text
    stranger = admin.send(loose, f"{at}/rows/2", who="L-0000000017T")
    assert stranger.status in {404, 422}


def test_a_row_that_frees_another_shows_the_whole_list(admin: Person) -> None:
    uln = "1000000043"
    at = upload_rows(
        admin,
        "ULN twice",
        cells(given_name="A", uln=uln),
        cells(given_name="B", uln=uln),
    )
    page = admin.open(f"{at}/fix")
    assert f"ULN {uln} is in row 3 as well" in page.text
    answer = part(admin, page, f"{at}/rows/3", uln="")
    assert answer.headers["HX-Redirect"] == f"{at}/fix"
    assert "Every row of this upload is right." in admin.open(f"{at}/fix").text


def test_what_lrs_has_otherwise_is_shown_beside(site: WebSite, admin: Person) -> None:
    at = upload_rows(admin, "LRS", cells(given_name="Lea", uln=OTHER_ULN))
    store = site.service.store
    stream = store.open(stream_of(f"{at.rpartition('/')[2]}/2"))
    answer = UlnVerified(person_id=stream.id, code="WSVRC005", flags=("VRF7",))
    by = Actor(user="service", role="Service", centre=None, channel="test")
    store.append(stream.change([answer]), by=by)
    settle(site)
    page = admin.open(f"{at}/fix")
    assert "Date of birth is not what the Learning Records Service has" in page.text
    assert "Date of birth 27/3/2006 Something else" in page.text
    assert "Given name Lea The same" in page.text


def test_rows_are_put_right_in_a_workbook(admin: Person) -> None:
    at = upload_rows(admin, "Excel", wrong("=1+1"), wrong("Bo", OTHER_BAD))
    given = admin.client.get(f"{at}/to-fix.xlsx").content
    answer = _send_back(admin, at, _corrected(given, {2: "1/2/2006"}))
    assert "Changed: 1" in answer.text
    assert "As it was: 1" in answer.text
    again = _send_back(admin, at, _corrected(given, {2: "1/2/2006", 3: "2/2/2006"}))
    assert "Not taken" not in again.text
    assert "Every row of this upload is right." in admin.open(f"{at}/fix").text
    late = _send_back(admin, at, _corrected(given, {3: "3/2/2006"}))
    assert "Somebody has changed row 3 since the file was downloaded." in late.text
    refused = _send_back(admin, at, b"not a workbook")
    assert refused.status == 422
    assert "#file" in refused.links


def _corrected(content: bytes, born: Mapping[int, str]) -> bytes:
    """Type dates of birth into the workbook, by the number of the row."""
    rows = [
        [
            *(
                each.cells[c]
                if c != "date_of_birth"
                else born.get(each.row, each.cells[c])
                for c in COLUMNS
            ),
            "",
            f"{each.group}/{each.row}/{each.version}",
        ]
        for each in read_corrections(content)
    ]
    return xlsx(*rows, header=[*COLUMNS.values(), "", KEY])


def _send_back(person: Person, at: str, content: bytes) -> Opened:
    values = person.open(f"{at}/to-fix").form(f"{at}/to-fix").values
    return person.post(f"{at}/to-fix", values, files={"file": ("to-fix.xlsx", content)})


@pytest.mark.parametrize("row", ["1", "9", "x", "²", "99999999999"])
def test_a_row_that_is_not_there_is_not_found(admin: Person, row: str) -> None:
    at = _any_group(admin)
    assert admin.open(f"{at}/rows/{row}").status == 404


def _any_group(person: Person) -> str:
    """Find a group, or upload one where no other test has done so yet."""
    links = person.open("/uploads").links
    found = (each for each in links if each.startswith("/uploads/G-"))
    return next(found, "") or upload_rows(person, f"Any {uuid4()}", learner("Ada"))


def test_who_may_not_put_rows_right_is_told_who_may(
    site: WebSite, admin: Person
) -> None:
    at = upload_rows(admin, "Read", wrong("Ada"))
    auditor = site.person("auditor")
    page = auditor.open(f"{at}/fix")
    assert "Centre Administrators and Assessors" in page.text
    assert "Save" not in page.text
    for path in (f"{at}/rows/2", f"{at}/rows/2/remove", f"{at}/to-fix"):
        assert "Centre Administrators and Assessors" in auditor.open(path).text
    refused = auditor.send(page, f"{at}/rows/2", date_of_birth="1/2/2006")
    assert "Your role, Auditor, may not" in refused.text
