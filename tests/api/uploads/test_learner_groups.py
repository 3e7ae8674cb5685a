"""Groups of learners over HTTP: uploaded, checked, put right, submitted."""

import time
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from aggregates.uploads.file_refusals import MOST_ROWS
from files.template import TEMPLATE
from service import Service
from tests.api.running import ClientAs, clients
from tests.clock import PATIENCE
from tests.learner_examples import CELLS, OTHER_ULN, ULN, cells, csv_file
from tests.workbooks import xlsx

GROUPS = "/api/v1/learner-groups"
LEARNERS = "/api/v1/learners"
ANY = {"If-Match": "*"}
EXAMPLE = Path(__file__).parents[3] / "examples" / "learners.csv"


def upload(client: TestClient, content: bytes, name: str = "Autumn 2026") -> Any:
    files = {"file": ("learners.csv", content, "text/csv")}
    return client.post(GROUPS, data={"name": name}, files=files)


def until(client: TestClient, at: str, status: str) -> Any:
    """Look at a group until it is so far."""
    patience = time.monotonic() + PATIENCE
    while (shown := client.get(at).json())["status"] != status:
        assert time.monotonic() < patience, shown
        time.sleep(0.01)
    return shown


def checked(
    client: TestClient, *rows: dict[str, str], name: str = "Autumn 2026"
) -> str:
    """Upload those rows, wait until they are checked, and say where the group is."""
    accepted = upload(client, csv_file(*rows), name)
    assert accepted.status_code == 202, accepted.json()
    at = str(accepted.headers["location"])
    until(client, at, "checked")
    return at


def test_a_file_is_uploaded_put_right_submitted_and_found(any_service: Service) -> None:
    """U1 to U10, on both databases, with the example that comes with the service."""
    with clients(any_service) as client_as:
        client = client_as("admin.riverside")
        accepted = upload(client, EXAMPLE.read_bytes())
        assert accepted.status_code == 202
        at = accepted.headers["location"]
        shown = until(client, at, "checked")
        assert (shown["progress"], shown["records"], shown["encoding"]) == (
            50,
            60,
            "UTF-8",
        )
        assert shown["names_as_read"] == ["Chloë D'Arcy", "Siân Rhys"]
        assert (shown["counts"]["valid"], shown["counts"]["invalid"]) == (54, 6)
        invalid = client.get(f"{at}/records", params={"valid": "false"}).json()["items"]
        told = {row["row"]: row["problems"][0]["message"] for row in invalid}
        assert (
            told[18] == "31 February is not a real date. Enter a date like 27/3/2006."
        )
        assert "is in row 43 as well" in told[6]
        fixes = {
            6: {"uln": ""},
            12: {"uln": ""},
            18: {"date_of_birth": "28/2/2006"},
            27: {"uln": ""},
        }
        for row, fix in fixes.items():
            one = client.get(f"{at}/records/{row}")
            version = {"If-Match": one.headers["etag"]}
            fixed = client.patch(f"{at}/records/{row}", json=fix, headers=version)
            assert fixed.json()["state"] == "valid", fixed.json()
        removed = client.delete(f"{at}/records/35", headers=ANY)
        assert removed.status_code == 204
        assert client.post(f"{at}/submit").status_code == 202
        done = until(client, at, "done")
        assert (done["progress"], done["learners"]) == (100, 59)
        assert client.get(f"{at}/progress").json() == {
            "status": "done",
            "progress": 100,
        }
        assert any_service.read_models.wait_for(any_service.store.head(), PATIENCE)
        found = client.get(LEARNERS, params={"group": "autumn 2026", "limit": 200})
        assert len(found.json()["items"]) == 59
        groups = client.get(GROUPS, params={"name": "autumn"}).json()["items"]
        assert [(row["group"], row["learners"]) for row in groups] == [
            (done["group"], 59)
        ]


def test_the_template_is_downloaded(client_as: ClientAs) -> None:
    """U2."""
    answer = client_as("assessor.riverside").get(f"{GROUPS}/template.csv")
    assert answer.text == TEMPLATE
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]


def test_the_workbook_is_downloaded_filled_in_and_uploaded(client_as: ClientAs) -> None:
    """U2."""
    client = client_as("assessor.riverside")
    answer = client.get(f"{GROUPS}/template.xlsx")
    assert "spreadsheetml" in answer.headers["content-type"]
    assert 'filename="learners.xlsx"' in answer.headers["content-disposition"]
    assert (
        upload(client, answer.content)
        .json()["errors"][0]["message"]
        .startswith("The file has the template's columns and no learners")
    )
    accepted = upload(client, xlsx(CELLS, cells(given_name="", uln="")))
    at = accepted.headers["location"]
    shown = until(client, at, "checked")
    assert (shown["encoding"], shown["names_as_read"]) == (
        "Excel workbook",
        ["Chloë D'Arcy"],
    )
    assert (shown["counts"]["valid"], shown["counts"]["invalid"]) == (1, 1)


def test_what_a_workbook_hides_is_warned_of_with_how_many(
    client_as: ClientAs,
) -> None:
    """U4: rows, filtered out or not, and columns; their records say so too."""
    client = client_as("admin.riverside")
    people = [[name, "Carter", "1/1/2000"] for name in ("Ben", "Zoë", "Ann")]
    content = xlsx(*people, hide_rows=[2, 3, 4], hide_columns=[4])
    accepted = upload(client, content)
    shown = until(client, at := accepted.headers["location"], "checked")
    assert [(each["code"], each["column"]) for each in shown["warnings"]] == [
        ("rows-hidden", None),
        ("column-hidden", "ULN"),
    ]
    assert shown["warnings"][0]["message"].startswith("2 rows are hidden or filtered")
    records = client.get(f"{at}/records").json()["items"]
    codes = [[each["code"] for each in record["warnings"]] for record in records]
    assert codes == [[], ["row-hidden"], ["row-hidden"]]
    assert [record["state"] for record in records] == ["valid"] * 3


def test_a_record_shows_how_dates_and_ulns_were_read(client_as: ClientAs) -> None:
    """U4: and its values as they were written."""
    client = client_as("admin.riverside")
    told = {"date_of_birth": "27-03-2006", "uln": "100 010 2504"}
    at = checked(client, cells(**told), cells(given_name="Zoë", uln=""))
    first, second = client.get(f"{at}/records").json()["items"]
    assert {name: first["values"][name] for name in told} == told
    assert first["read_as"] == {"date_of_birth": "27 March 2006", "uln": ULN}
    assert (first["state"], second["read_as"]) == ("valid", {})
    amended = client.patch(
        f"{at}/records/3", json={"date_of_birth": "1 Feb 2004"}, headers=ANY
    )
    assert amended.json()["read_as"] == {"date_of_birth": "1 February 2004"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The file is empty."),
        (b"<html><table>", "The file is a web page, whatever its name ends in"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "it is a photograph (JPEG)"),
        (
            csv_file(CELLS, header=TEMPLATE.replace(",Email", "")),
            "The column “Email” is missing.",
        ),
        (
            csv_file(CELLS, header=TEMPLATE.replace("Postcode", "Postcode,Shoe size")),
            "The column “Shoe size” is not in the template.",
        ),
        (
            csv_file(CELLS, header=TEMPLATE.replace("Given name*", "Forename")),
            "“Forename” stands where the column “Given name*” belongs.",
        ),
        (
            TEMPLATE.encode() + b"Ben,Carter,1/1/2000\r\n" * (MOST_ROWS + 1),
            "The file has more than 100,000 rows.",
        ),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_whole(
    client_as: ClientAs, content: bytes, told: str
) -> None:
    """U3: with the sentence that helps; nothing is kept, and the name is free."""
    client = client_as("admin.riverside")
    refused = upload(client, content)
    is_wrong_type = content.startswith((b"<html>", b"\xff\xd8\xff"))
    assert refused.status_code == (415 if is_wrong_type else 422)
    assert refused.json()["type"].endswith(":file-refused")
    (fault,) = refused.json()["errors"]
    assert fault["pointer"] == "/file"
    assert told in fault["message"]
    assert client.get(GROUPS).json()["items"] == []
    assert upload(client, csv_file(CELLS)).status_code == 202


def test_a_group_name_is_used_once(client_as: ClientAs) -> None:
    """U1: the refusal says for which group."""
    client = client_as("admin.riverside")
    group = upload(client, csv_file(CELLS)).json()["group"]
    refused = upload(client, csv_file(CELLS), " AUTUMN 2026 ")
    assert refused.status_code == 409
    assert group in refused.json()["detail"]
    assert upload(client_as("assessor.riverside"), csv_file(CELLS)).status_code == 202


def test_a_group_is_renamed_and_found_by_its_new_name(client_as: ClientAs) -> None:
    """U1, U10, L3: itself and its learners; at the version that was looked at."""
    client = client_as("admin.riverside")
    at = checked(client, cells(), name="Autumn")
    client.post(f"{at}/submit")
    until(client, at, "done")
    assert client.patch(at, json={"name": "Spring"}).status_code == 428
    etag = {"If-Match": client.get(at).headers["etag"]}
    renamed = client.patch(at, json={"name": "Spring"}, headers=etag)
    assert (renamed.status_code, renamed.json()["name"]) == (200, "Spring")
    assert client.patch(at, json={"name": "Summer"}, headers=etag).status_code == 412
    seen = {"Min-Position": renamed.headers["event-position"], "Prefer": "wait=60"}
    for name, many in (("spring", 1), ("autumn", 0)):
        groups = client.get(GROUPS, params={"name": name}, headers=seen).json()
        learners = client.get(LEARNERS, params={"group": name}, headers=seen).json()
        assert (len(groups["items"]), len(learners["items"])) == (many, many)


def test_groups_that_wait_to_be_submitted_are_listed_alone(
    client_as: ClientAs,
) -> None:
    """U5, U9: also one that waits again, a record of it having been put right."""
    client = client_as("admin.riverside")
    at = checked(client, cells(), cells(family_name="", uln=""))

    def waiting() -> list[tuple[str, int]]:
        items = client.get(GROUPS, params={"status": "checked"}).json()["items"]
        return [(row["name"], row["progress"]) for row in items]

    assert waiting() == [("Autumn 2026", 50)]
    client.post(f"{at}/submit")
    until(client, at, "done")
    assert waiting() == []
    client.patch(f"{at}/records/3", json={"family_name": "Carter"}, headers=ANY)
    assert until(client, at, "checked")["progress"] == 50
    assert waiting() == [("Autumn 2026", 50)]


def test_a_record_is_shown_with_every_reason_by_cell(client_as: ClientAs) -> None:
    """U6."""
    client = client_as("admin.riverside")
    at = checked(client, cells(family_name="", uln="9999999999", given_name="?oe"))
    (row,) = client.get(f"{at}/records").json()["items"]
    assert (row["row"], row["state"], row["version"]) == (2, "invalid", 1)
    found = {f["cell"]: (f["code"], f["column"]) for f in row["problems"]}
    assert found == {"B2": ("missing", "Family name")}
    odd = {f["cell"]: f["code"] for f in row["warnings"]}
    assert odd == {"A2": "letter-lost", "E2": "uln-temporary"}
    assert row["values"]["date_of_birth"] == "27/3/2006"


def test_valid_and_invalid_records_are_two_views_of_all(client_as: ClientAs) -> None:
    """U6: page by page."""
    client = client_as("admin.riverside")
    at = checked(client, cells(), cells(family_name="", uln=""), cells(uln=OTHER_ULN))

    def rows(**query: str) -> list[int]:
        answer = client.get(f"{at}/records", params=query).json()
        return [row["row"] for row in answer["items"]]

    assert (rows(), rows(valid="true"), rows(valid="false")) == ([2, 3, 4], [2, 4], [3])
    first = client.get(f"{at}/records", params={"limit": "2"})
    rest = client.get(first.links["next"]["url"]).json()
    assert [row["row"] for row in rest["items"]] == [4]


def test_a_record_is_amended_at_the_version_that_was_looked_at(
    client_as: ClientAs,
) -> None:
    """U8."""
    client = client_as("admin.riverside")
    at = checked(client, cells(date_of_birth="31/02/2006"))
    row = f"{at}/records/2"
    wrong = client.patch(row, json={"date_of_birth": "30/02/2006"}, headers=ANY)
    assert wrong.status_code == 200
    assert wrong.json()["problems"][0]["message"].startswith("30 February is not")
    stale = {"If-Match": '"1"'}
    assert client.patch(row, json={"gender": "M"}, headers=stale).status_code == 412
    assert client.patch(row, json={"gender": "M"}).status_code == 428
    assert client.delete(row).status_code == 428


def test_a_person_who_is_known_is_linked_or_told_apart(client_as: ClientAs) -> None:
    """U6: the person is shown; the linked one joins the group."""
    client = client_as("admin.riverside")
    known = client.post(LEARNERS, json=cells())
    told = {"Min-Position": known.headers["event-position"], "Prefer": "wait=60"}
    client.get(LEARNERS, headers=told)
    learner = known.json()["learner"]
    at = checked(client, cells(), cells(uln=""))
    rows = client.get(f"{at}/records").json()["items"]
    assert [row["state"] for row in rows] == ["invalid", "to-confirm"]
    assert rows[1]["warnings"][0]["learners"] == [learner]
    wrong = client.patch(
        f"{at}/records/2", json={"link_to": "L-0000000099X"}, headers=ANY
    )
    assert wrong.status_code == 422
    linked = client.patch(f"{at}/records/2", json={"link_to": learner}, headers=ANY)
    assert (linked.json()["state"], linked.json()["linked_to"]) == ("valid", learner)
    assert linked.json()["linked_person"] == {
        "learner": learner,
        "given_name": "Chloë",
        "family_name": "D'Arcy",
    }
    other = client.patch(
        f"{at}/records/3", json={"different_person": True}, headers=ANY
    )
    assert other.json()["state"] == "valid"
    client.post(f"{at}/submit")
    assert until(client, at, "done")["learners"] == 2
    first = client.get(f"{at}/records/2").json()
    assert (first["state"], first["learner"]) == ("learner", learner)


def test_submitting_is_refused_when_nothing_is_ready(client_as: ClientAs) -> None:
    """U9."""
    client = client_as("admin.riverside")
    at = checked(client, cells(family_name=""))
    refused = client.post(f"{at}/submit")
    assert refused.status_code == 409
    assert "Correct the invalid ones first" in refused.json()["detail"]


def test_another_centres_group_and_records_are_not_found(client_as: ClientAs) -> None:
    """Domain, 1: answered as if there were none."""
    at = checked(client_as("admin.riverside"), cells())
    stranger = client_as("admin.hillside")
    for path in ("", "/progress", "/records", "/records/2"):
        assert stranger.get(f"{at}{path}").status_code == 404
    change = {"uln": ULN}
    row = f"{at}/records/2"
    assert stranger.patch(row, json=change, headers=ANY).status_code == 404
    assert stranger.delete(row, headers=ANY).status_code == 404
    assert stranger.post(f"{at}/submit").status_code == 404
    assert stranger.get(GROUPS).json()["items"] == []


@pytest.mark.parametrize("user", ["auditor", "specialist"])
def test_only_a_centre_uploads_learners(client_as: ClientAs, user: str) -> None:
    """Domain, 2: the refusal says who may; an auditor may look, a machine may not."""
    at = checked(client_as("assessor.riverside"), cells())
    other = client_as(user)
    refused = upload(other, csv_file(CELLS), "Other")
    assert refused.status_code == 403
    assert "a Centre Administrator or an Assessor" in refused.json()["detail"]
    assert other.get(at).status_code == (403 if user == "invoicing" else 200)
    assert other.delete(f"{at}/records/2", headers=ANY).status_code == 403
    assert other.post(f"{at}/submit").status_code == 403


def test_a_group_without_name_or_file_is_told_what_is_missing(
    client_as: ClientAs,
) -> None:
    """U1."""
    client = client_as("admin.riverside")
    refused = client.post(GROUPS, data={"name": "Autumn"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/file"
    blank = upload(client, csv_file(CELLS), "  ")
    assert blank.status_code == 422
    assert blank.json()["detail"] == "Give the group of learners a name."
