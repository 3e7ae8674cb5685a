"""Who gives the number of a qualification (601/3450/1) for its reference is told which."""

from collections.abc import Generator, Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.bookings.booking_centre import entry
from tests.api.operations import names_of
from tests.api.seeded_centre import API, furnished_in

NUMBER = "601/3450/1"
SAID = "601/3450/1 is the number of Q-0005001227: give Q-0005001227 instead."


@pytest.fixture(scope="module")
def admin_and_names(
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[tuple[TestClient, Mapping[str, str]]]:
    with furnished_in(tmp_path_factory.mktemp("centre")) as (_, client_as, things):
        yield client_as("admin.riverside"), {**names_of(things), **things.drafts}


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/orders", {"products": [NUMBER]}, "/products/0"),
        ("/orders", {"products": ["60134501"]}, "/products/0"),
        (
            "/orders/{order}/learners",
            {"product": NUMBER, "learners": [{"learner": "{learner}"}]},
            "/product",
        ),
        (
            "/orders/{order}/learners",
            {"learners": [{"learner": "{learner}", "pathways": {NUMBER: "MAIN"}}]},
            "/learners/0/pathways/601~13450~11",
        ),
        (
            "/entry-orders",
            {"entries": [entry("{learner}", qualification=NUMBER)]},
            "/entries/0/learner",
        ),
        ("/claims", {"qualification": NUMBER}, "/qualification"),
        ("/eligibility", {"qualification": NUMBER, "grades": {}}, "/qualification"),
    ],
)
def test_a_number_in_place_of_a_reference_is_refused_with_the_reference(
    admin_and_names: tuple[TestClient, Mapping[str, str]],
    path: str,
    body: dict[str, Any],
    pointer: str,
) -> None:
    """O2, M2, B1."""
    client, names = admin_and_names

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(each) for name, each in value.items()}
        if isinstance(value, list):
            return [filled(each) for each in value]
        return value.format(**names) if isinstance(value, str) else value

    refused = client.post(f"{API}{path.format(**names)}", json=filled(body))
    assert refused.status_code in {409, 422}
    (fault,) = refused.json()["errors"]
    assert fault["pointer"] == pointer
    assert SAID in fault["message"]
    assert refused.json()["detail"].endswith(SAID)


def test_a_number_in_an_address_is_not_found_but_its_reference_is_said(
    admin_and_names: tuple[TestClient, Mapping[str, str]],
) -> None:
    client, _ = admin_and_names
    missing = client.get(f"{API}/products/60134501")
    assert missing.status_code == 404
    assert missing.json()["detail"].endswith(SAID)


def test_a_number_that_is_nothings_is_left_as_it_is(
    admin_and_names: tuple[TestClient, Mapping[str, str]],
) -> None:
    client, _ = admin_and_names
    refused = client.post(f"{API}/orders", json={"products": ["999/9999/9"]})
    assert refused.json()["detail"] == (
        "There is no product 999/9999/9. Check the reference and try again."
    )
