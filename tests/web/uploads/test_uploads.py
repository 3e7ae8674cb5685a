"""Groups of learners: uploaded, read, submitted, ordered for, undone."""

from collections.abc import Iterator

import pytest

from files.template import TEMPLATE
from tests.learner_examples import csv_file
from tests.web.pages import Person, WebSite, website
from tests.web.uploads.upload_desk import (
    BAD_DATE,
    HOSTILE,
    PART,
    learner,
    send,
    settle,
    upload,
    upload_rows,
    wait,
)


@pytest.fixture(scope="module")
def site() -> Iterator[WebSite]:
    with website() as opened:
        yield opened


@pytest.fixture
def admin(site: WebSite) -> Person:
    return site.person("admin.riverside")


def test_a_group_is_uploaded_checked_submitted_and_ordered_for(
    site: WebSite, admin: Person
) -> None:
    at = upload_rows(
        admin,
        HOSTILE,
        learner("Una"),
        learner("Ugo"),
        learner("Uwe", date_of_birth=BAD_DATE),
    )
    page = admin.open(at)
    assert HOSTILE in page.text
    assert HOSTILE not in page.html
    assert "All 3 rows checked" in page.text
    assert "3 rows: 2 ready to add, 1 to fix" in page.html
    plan = admin.open(f"{at}/submit")
    assert "2 rows become learners of your centre" in plan.text
    assert "1 row to fix stays in this upload" in plan.text
    head = site.service.store.head()
    done = admin.send(plan, f"{at}/submit")
    assert done.address == f"{at}/done"
    wait(admin, done.address)
    again = admin.send(plan, f"{at}/submit")
    assert again.status == 200
    page = admin.open(done.address)
    assert "2 learners added" in page.text
    assert "1 row to fix" in page.text
    order = admin.send(page, f"{at}/order")
    assert order.address.startswith("/orders/O-")
    assert "2 learners" in order.text
    assert site.service.store.head() > head
    undo = send(admin, f"{at}/undo", f"{at}/undo")
    assert undo.status == 422
    assert "cannot be undone, because learners of it are on O-" in undo.text


def test_a_form_sent_twice_uploads_once(site: WebSite, admin: Person) -> None:
    page = admin.open("/uploads/new")
    values = page.form("/uploads/new").values | {"name": "Once"}
    files = {"file": ("l.csv", csv_file(learner("Once")))}
    first = admin.post("/uploads/new", values, files=files)
    wait(admin, first.address)
    head = site.service.store.head()
    assert admin.post("/uploads/new", values, files=files).address == first.address
    assert site.service.store.head() == head
    other = {"file": ("l.csv", csv_file(learner("Ecno")))}
    refused = admin.post("/uploads/new", values, files=other)
    assert (refused.status, refused.address) == (422, "/uploads/new")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("", csv_file(learner("Ada")), "Give the group of learners a name."),
        ("Nothing", b"", "The file is empty."),
        ("Wrong", b"%PDF-1.7", "neither CSV nor XLSX"),
        ("Columns", b"a,b,c\r\n1,2,3\r\n", "Download the template"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(
    admin: Person, name: str, content: bytes, sentence: str
) -> None:
    page = upload(admin, name, content)
    assert page.status == 422
    assert sentence in page.text
    faults = [each.removeprefix("#") for each in page.links if each.startswith("#")]
    assert {*faults} - {"main-content"} <= {*page.ids}
    if name:
        assert f'value="{name}"' in page.html
        assert "browsers do not keep it" in page.text or not content


def test_a_name_used_before_is_refused_with_another(admin: Person) -> None:
    upload_rows(admin, "Used", learner("Ada"))
    page = upload(admin, "Used", csv_file(learner("Bo")))
    assert page.status == 422
    assert "Give this group another name, as “Used 2”." in page.text


@pytest.mark.parametrize("has_columns", [True, False])
def test_rows_are_pasted_from_a_spreadsheet(
    admin: Person, *, has_columns: bool
) -> None:
    name = f"Pasted {has_columns}"
    columns = f"{TEMPLATE.strip()}\n".replace(",", "\t") if has_columns else ""
    row = "Zoë\tKhan\t1/2/2006\tF\t\t\t\t"
    page = send(
        admin, "/uploads/new", "/uploads/new", name=name, pasted=f"{columns}{row}\n"
    )
    assert page.status == 200, page.text
    assert "1 ready to add" in admin.open(wait(admin, page.address)).html


def test_pasted_rows_that_cannot_be_read_stay_where_they_were_typed(
    admin: Person,
) -> None:
    page = send(admin, "/uploads/new", "/uploads/new", name="P", pasted='a,"b\nc')
    assert page.status == 422
    assert "#pasted" in page.links
    assert "a,&#34;b" in page.html


def test_columns_of_other_names_are_matched_before_the_check(admin: Person) -> None:
    content = b"GivenNames,FamilyName,DateOfBirth,Shoes\r\nAda,Khan,1/2/2006,42\r\n"
    page = upload(admin, "Mapped", content)
    at = page.address
    assert "Nothing is checked until you have looked at which is which." in page.text
    assert f"{at}/columns" in admin.open("/").links
    columns = admin.open(f"{at}/columns")
    assert "42" in columns.text
    wrong = {"given_name": "GivenNames", "family_name": "GivenNames"}
    refused = admin.send(columns, f"{at}/columns", **wrong)
    assert refused.status == 422
    assert "is chosen for Given name already" in refused.text
    assert "Say which column is the date of birth" in refused.text
    right = wrong | {"family_name": "FamilyName", "date_of_birth": "DateOfBirth"}
    admin.send(refused, f"{at}/columns", **right)
    page = admin.open(wait(admin, at))
    assert "Columns that are not used: Shoes." in page.text
    assert admin.open(f"{at}/columns").address == at


def test_the_other_encoding_is_offered_with_the_names_in_it(admin: Person) -> None:
    content = csv_file(learner("Zoë", family_name="Muller")).decode()
    page = upload(admin, "Mac", content.encode("mac-roman"))
    at = wait(admin, page.address)
    page = admin.open(at)
    assert "We read it as Windows-1252 (Excel)" in page.text
    assert "Read as Mac Roman, the same names are Zoë Muller" in page.text
    admin.send(page, f"{at}/encoding", encoding="mac-roman")
    page = admin.open(wait(admin, at))
    assert "We read it as Mac Roman" in page.text
    assert "Names look like this: Zoë Muller" in page.text


def test_progress_moves_in_a_part_of_the_page(admin: Person) -> None:
    at = upload_rows(admin, "Part", learner("Ada"))
    part = admin.client.get(f"{at}?seen=0", headers=PART).text
    assert part.lstrip().startswith('<div id="group"')
    assert "hx-get" not in part
    assert 'data-announce="Checked, not submitted. 1 row: 1 ready to add."' in part
    assert "data-announce" not in admin.open(at).html


def test_a_group_is_renamed_unless_somebody_did_meanwhile(admin: Person) -> None:
    at = upload_rows(admin, "Before", learner("Ada"))
    page = admin.open(f"{at}/rename")
    assert send(admin, f"{at}/rename", f"{at}/rename", name="After").status == 200
    late = admin.send(page, f"{at}/rename", name="Too late")
    assert late.status == 422
    assert "Look again, then decide." in late.text
    assert 'value="Too late"' in late.html
    assert "After" in admin.open(at).text


def test_an_upload_is_undone_and_its_loss_is_named_first(
    site: WebSite, admin: Person
) -> None:
    at = upload_rows(admin, "Undone", learner("Ada", date_of_birth=BAD_DATE))
    row = f"{at}/rows/2"
    send(admin, f"{at}/fix", row, date_of_birth="1/2/2006")
    page = send(admin, f"{at}/undo", f"{at}/undo")
    assert page.status == 422
    assert "what was corrected in row 2" in page.text
    assert "confirm_loss: true" not in page.text
    admin.send(page, f"{at}/undo", confirm_loss="yes")
    wait(admin, at)
    assert "This upload was undone." in admin.open(at).text
    settle(site)
    listed = admin.open("/uploads?status=undone")
    assert at in listed.links


def test_uploads_are_listed_found_and_to_be_finished(
    site: WebSite, admin: Person
) -> None:
    at = upload_rows(
        admin, "Wanted", learner("Ada"), learner("Bo", date_of_birth=BAD_DATE)
    )
    settle(site)
    assert at in admin.open("/uploads?name=want").links
    assert at in admin.open("/uploads?status=checked").links
    assert at not in admin.open("/uploads?name=other").links
    assert "is none of the choices" in admin.open("/uploads?status=x").text
    assert f"{at}/fix" in admin.open("/uploads?name=want").links
    number = at.rpartition("/")[2]
    assert admin.open(f"/search?q={number.lower()}").address == at


def test_the_home_page_says_what_waits_to_whom_it_concerns(site: WebSite) -> None:
    hillside = site.person("admin.hillside")
    at = upload_rows(
        hillside, "Ours", learner("Ada"), learner("Bo", date_of_birth=BAD_DATE)
    )
    settle(site)
    home = hillside.open("/")
    assert "Submit 1 learner of Ours" in home.text
    assert "1 row to fix in Ours" in home.text
    assert {f"{at}/submit", f"{at}/fix"} <= {*home.links}
    assert "Ours" not in site.person("admin.riverside").open("/").text
    assert "Ours" not in site.person("auditor").open("/").text


def test_who_may_not_upload_is_told_who_may(site: WebSite, admin: Person) -> None:
    at = upload_rows(admin, "Looked at", learner("Ada"))
    auditor = site.person("auditor")
    assert "Centre Administrators and Assessors" in auditor.open("/uploads/new").text
    assert f"{at}/submit" not in auditor.open(at).links
    for path in (at, f"{at}/submit", f"{at}/undo", f"{at}/rename"):
        assert "Centre Administrators and Assessors" in auditor.open(path).text, path
    token = auditor.open("/").form("/sign-out").values
    for path in ("submit", "undo", "rename", "order", "encoding"):
        answer = auditor.post(f"{at}/{path}", token | {"name": "X", "version": "1"})
        assert answer.status in {403, 422}, path
        assert "Your role, Auditor, may not" in answer.text, path


def test_templates_are_given(admin: Person) -> None:
    text = admin.client.get("/uploads/template.csv")
    assert text.text.startswith("Given name*,Family name*")
    book = admin.client.get("/uploads/template.xlsx")
    assert book.content.startswith(b"PK")
    assert 'filename="learners.xlsx"' in book.headers["content-disposition"]
