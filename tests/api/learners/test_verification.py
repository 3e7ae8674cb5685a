"""What LRS says, as the API shows it: of each record, of a group, of a learner."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from lrs import BatchVerifier, Simulator
from lrs.simulator import SimulatedState
from tests.api.running import ClientAs, clients, running
from tests.api.uploads.test_learner_groups import ANY, LEARNERS, checked
from tests.clock import Clock
from tests.learner_examples import cells

NOBODY = {"centre_reference": "", "email": "", "postcode": ""}


def row(given: str, family: str, birth: str, uln: str) -> dict[str, str]:
    told = {"given_name": given, "family_name": family, "date_of_birth": birth}
    return {**told, "gender": "", "uln": uln, **NOBODY}


ROWS = {
    "WSVRC001": row("Ann", "Other", "13/05/2006", "1000102504"),
    "WSVRC002": row("Rosa", "Marsh", "14/05/2006", "7000000014"),
    "WSVRC003": row("Edith", "Moss", "15/05/2006", "7000000030"),
    "WSVRC005": row("Ivan", "Petrov", "17/05/2006", "7000000049"),
    "WSVRC006": row("Any", "Body", "18/05/2006", "7000000057"),
}


@pytest.fixture
def simulator() -> Simulator:
    """Simulate LRS as the demo does."""
    return Simulator.of()


@pytest.fixture
def client(
    tmp_path: Path, keys: Path, clock: Clock, simulator: Simulator
) -> Generator[TestClient]:
    url = f"sqlite:///{tmp_path / 'data'}"
    with (
        running(url, keys, clock, BatchVerifier(simulator)) as service,
        clients(service) as client_as,
    ):
        yield client_as("admin.riverside")


def shown(client: TestClient, at: str, valid: str = "") -> dict[str, Any]:
    """List records by what LRS says of them."""
    found = client.get(f"{at}/records", params={"valid": valid} if valid else {})
    return {one["verification"]["code"]: one for one in found.json()["items"]}


def test_each_answer_is_shown_with_what_it_makes_wrong(client: TestClient) -> None:
    """U6, U7: with the demo's own LRS, whose file names a learner for each."""
    at = checked(client, *ROWS.values())
    assert {*shown(client, at, "true")} == {"WSVRC001", "WSVRC002"}
    invalid = shown(client, at, "false")
    assert {*invalid} == {"WSVRC003", "WSVRC005", "WSVRC006"}
    fields = {
        code: [(p["field"], p["code"]) for p in one["problems"]]
        for code, one in invalid.items()
    }
    assert fields == {
        "WSVRC003": [("family_name", "lrs-similar")],
        "WSVRC005": [("date_of_birth", "lrs-differs")],
        "WSVRC006": [("uln", "lrs-not-found")],
    }
    assert invalid["WSVRC005"]["verification"]["flags"] == ["VRF7"]
    linked = shown(client, at)["WSVRC002"]
    assert linked["verification"]["master_uln"] == "7000000022"
    (warning,) = linked["warnings"]
    assert "to master ULN 7000000022" in warning["message"]
    group = client.get(at).json()
    assert group["verification"] == {
        "waiting": 0,
        "message": "The ULN of every row without problems was put to the Learning "
        "Records Service.",
    }
    put_right = {"given_name": "Edith", "family_name": "Lane"}
    row = invalid["WSVRC003"]["row"]
    fixed = client.patch(f"{at}/records/{row}", json=put_right, headers=ANY).json()
    assert (fixed["state"], fixed["verification"]["code"]) == ("valid", "WSVRC001")


def test_what_is_not_yet_verified_is_shown_and_counted_and_not_submitted(
    client: TestClient, simulator: Simulator
) -> None:
    """U7."""
    simulator.change(state=SimulatedState.OUT_OF_HOURS)
    at = checked(client, cells())
    group = client.get(at).json()
    assert (group["counts"]["not_verified"], group["counts"]["valid"]) == (1, 0)
    assert group["verification"]["message"] == (
        "1 ULN is not yet verified. The Learning Records Service is closed at this"
        " hour. The service asks again by itself."
    )
    (record,) = client.get(f"{at}/records").json()["items"]
    assert record["state"] == "not-verified"
    assert record["verification"]["status"] == "not-yet-verified"
    assert record["verification"]["tries"] == 1
    refused = client.post(f"{at}/submit")
    assert refused.status_code == 409
    assert "not yet verified" in refused.json()["detail"]


def test_a_learner_shows_how_their_uln_stands(
    client: TestClient, simulator: Simulator
) -> None:
    """U7, L1: and again when it is amended."""
    made = client.post(LEARNERS, json=ROWS["WSVRC005"])
    assert made.status_code == 201
    said = made.json()["uln_verification"]
    assert (said["status"], said["code"], said["flags"]) == (
        "anomaly",
        "WSVRC005",
        ["VRF7"],
    )
    at, etag = made.headers["location"], {"If-Match": made.headers["etag"]}
    born = {"date_of_birth": "16/05/2006"}
    put_right = client.patch(at, json=born, headers=etag)
    assert put_right.json()["uln_verification"]["status"] == "verified"
    simulator.change(state=SimulatedState.UNREACHABLE)
    etag = {"If-Match": put_right.headers["etag"]}
    other = client.patch(at, json={"uln": "1000102504"}, headers=etag)
    assert other.json()["uln_verification"]["status"] == "not-yet-verified"


def test_without_lrs_it_is_said_that_nothing_is_verified(client_as: ClientAs) -> None:
    """U7."""
    client = client_as("admin.riverside")
    off = "Not verified: the Learning Records Service was off."
    at = checked(client, cells())
    assert client.get(at).json()["verification"]["message"] == off
    (record,) = client.get(f"{at}/records").json()["items"]
    assert record["verification"]["message"] == off
    made = client.post(LEARNERS, json=ROWS["WSVRC006"]).json()
    assert made["uln_verification"]["message"] == off
