"""How a file is read, over HTTP: columns mapped, and an encoding chosen."""

from io import BytesIO
from typing import Any

from python_calamine import load_workbook

from aggregates.learners.details import COLUMNS
from aggregates.uploads.file_columns import KEY
from tests.api.running import ClientAs
from tests.api.uploads.test_learner_groups import ANY, GROUPS, until, upload
from tests.learner_examples import cells, csv_file
from tests.workbooks import xlsx

ILR = (
    "LearnRefNumber,ULN,FamilyName,GivenNames,DateOfBirth,Ethnicity,Sex\n"
    "RIV-1,1000102504,D'Arcy,Chloë,2006-03-27,31,F\n"
)


def test_a_file_of_other_columns_is_mapped_and_checked(client_as: ClientAs) -> None:
    """U3: what is proposed is shown with the first values, and put right."""
    client = client_as("admin.riverside")
    accepted = upload(client, ILR.encode())
    assert (accepted.status_code, accepted.json()["status"]) == (202, "to-map")
    at = accepted.headers["location"]
    proposal = client.get(f"{at}/mapping")
    told: Any = proposal.json()
    assert (told["is_settled"], told["ignored"]) == (False, ["Ethnicity"])
    assert told["columns"][3] == {"column": "GivenNames", "values": ["Chloë"]}
    chosen = told["mapping"]
    assert chosen["given_name"] == "GivenNames"
    path = f"{at}/mapping"
    assert client.put(path, json=chosen).status_code == 428
    wrong = client.put(path, json={**chosen, "uln": "Sex"}, headers=ANY)
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["pointer"] == "/uln"
    seen = {"If-Match": proposal.headers["etag"]}
    done = client.put(path, json={**chosen, "gender": None}, headers=seen)
    assert (done.status_code, done.json()["ignored_columns"]) == (
        202,
        ["Ethnicity", "Sex"],
    )
    until(client, at, "checked")
    (row,) = client.get(f"{at}/records").json()["items"]
    assert (row["state"], row["values"]["gender"]) == ("valid", "")
    assert client.get(path).json()["is_settled"] is True
    assert client.put(path, json=chosen, headers=seen).status_code == 412
    assert client.put(path, json=chosen, headers=ANY).status_code == 409


def test_a_file_of_the_templates_columns_has_none_to_map(client_as: ClientAs) -> None:
    """U3."""
    client = client_as("admin.riverside")
    at = upload(client, csv_file(cells())).headers["location"]
    until(client, at, "checked")
    refused = client.put(f"{at}/mapping", json={"given_name": "Name"}, headers=ANY)
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (
        409,
        "group-is-mapped",
    )


def test_names_from_a_mac_are_shown_both_ways_and_read_again(
    client_as: ClientAs,
) -> None:
    """U4: the person sees which is right."""
    client = client_as("admin.riverside")
    content = csv_file(cells()).decode().encode("mac-roman")
    at = upload(client, content).headers["location"]
    shown = until(client, at, "checked")
    assert shown["names_as_read"] == ["Chlo\u2018 D'Arcy"]
    assert shown["other_encoding"] == {
        "encoding": "mac-roman",
        "called": "Mac Roman",
        "names": ["Chloë D'Arcy"],
    }
    body = {"encoding": "mac-roman"}
    assert client.put(f"{at}/encoding", json=body).status_code == 428
    again = client.put(f"{at}/encoding", json=body, headers=ANY)
    assert again.status_code == 202
    shown = until(client, at, "checked")
    assert shown["names_as_read"] == ["Chloë D'Arcy"]
    assert shown["encoding"] == "Mac Roman"


def test_the_encoding_may_be_said_at_once(client_as: ClientAs) -> None:
    """U4."""
    client = client_as("admin.riverside")
    content = csv_file(cells(given_name="François")).decode().encode("mac-roman")
    refused = upload(client, content)
    assert "say that it is Mac Roman" in refused.json()["detail"]
    accepted = client.post(
        GROUPS,
        data={"name": "Autumn", "encoding": "mac-roman"},
        files={"file": ("learners.csv", content)},
    )
    shown = until(client, accepted.headers["location"], "checked")
    assert shown["names_as_read"] == ["François D'Arcy"]


def test_another_centre_cannot_say_how_a_file_is_read(client_as: ClientAs) -> None:
    """Domain, 1."""
    at = upload(client_as("admin.riverside"), ILR.encode()).headers["location"]
    stranger = client_as("admin.hillside")
    assert stranger.get(f"{at}/mapping").status_code == 404
    mapping = {"given_name": "GivenNames"}
    assert stranger.put(f"{at}/mapping", json=mapping, headers=ANY).status_code == 404
    encoding = {"encoding": "cp1252"}
    assert stranger.put(f"{at}/encoding", json=encoding, headers=ANY).status_code == 404


def test_invalid_records_are_downloaded_corrected_and_returned(
    client_as: ClientAs,
) -> None:
    """U6, U8: as often as it takes; another centre's are not found."""
    client = client_as("admin.riverside")
    at = upload(client, csv_file(cells(), cells(family_name="", uln=""))).headers[
        "location"
    ]
    until(client, at, "checked")
    path = f"{at}/invalid.xlsx"
    given = client.get(path)
    assert "spreadsheetml" in given.headers["content-type"]
    assert given.headers["content-disposition"].endswith('-to-correct.xlsx"')
    (row,) = load_workbook(BytesIO(given.content)).get_sheet_by_index(0).to_python()[1:]
    row[1] = "Carter"
    header = [*COLUMNS.values(), "", KEY]
    files = {"file": ("back.xlsx", xlsx([str(cell) for cell in row], header=header))}
    told = client.post(path, files=files)
    assert told.status_code == 200
    assert told.json()["rows"] == [
        {"place": 2, "row": 3, "outcome": "amended", "message": "Row 3 was amended."}
    ]
    assert client.get(f"{at}/records/3").json()["state"] == "valid"
    assert client.post(path, files=files).json()["unchanged"] == 1
    assert client.post(path, files={"file": ("x", b"x")}).status_code == 422
    again = upload(client, given.content, "Spring")
    assert "group that was uploaded before" in again.json()["detail"]
    stranger = client_as("admin.hillside")
    assert stranger.get(path).status_code == 404
    assert stranger.post(path, files=files).status_code == 404
    assert client_as("auditor").get(path).status_code == 200
