"""Products over HTTP: found as people look for them, with reasons why not."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.running import ClientAs

TEAM_LEADING, APPRENTICESHIP = "Q-0005001227", "Q-0009000001"
CLOSED = "Q-0005000733"
BY_POINTS = "Q-0005002036"


@pytest.fixture
def admin(client_as: ClientAs) -> TestClient:
    return client_as("admin.riverside")


def found(client: TestClient, **filters: Any) -> list[str]:
    answer = client.get("/api/v1/products", params=filters)
    assert answer.status_code == 200, answer.text
    return [row["product"] for row in answer.json()["items"]]


@pytest.mark.parametrize(
    "text",
    [
        "team lead",
        "601/3450/1",
        "60134501",
        "Q-0005001227",
        "q-0005001227",
        "0005001227",
        "1227",
        "227",
    ],
)
def test_a_product_is_found_by_title_number_or_reference(
    admin: TestClient, text: str
) -> None:
    """O2: the number with or without slashes, three last digits of the reference."""
    assert TEAM_LEADING in found(admin, search=text)


def test_two_last_digits_are_too_few(admin: TestClient) -> None:
    """O2."""
    assert TEAM_LEADING not in found(admin, search="27")
    assert found(admin, search="no such title") == []


def test_products_are_narrowed_by_level_suite_kind_and_whether_they_can_be_ordered(
    admin: TestClient,
) -> None:
    """O2."""
    everything = admin.get("/api/v1/products").json()["items"]
    for name in ("level", "suite", "kind", "can_be_ordered"):
        for value in {row[name] for row in everything} - {None}:
            expected = [row["product"] for row in everything if row[name] == value]
            assert found(admin, **{name: value}) == expected
    titles = [row["title"] for row in everything]
    assert titles == sorted(titles)


def test_products_that_cannot_be_ordered_say_why(
    admin: TestClient, client_as: ClientAs
) -> None:
    """O2."""
    closed = admin.get(f"/api/v1/products/{CLOSED}").json()
    assert not closed["can_be_ordered"]
    assert any("closed on 31 August" in why for why in closed["why_not"])
    elsewhere = client_as("admin.hillside").get("/api/v1/products?search=9000001")
    (row,) = elsewhere.json()["items"]
    (why,) = row["why_not"]
    assert "not approved for Intermediate Apprenticeship" in why


def test_a_product_is_shown_with_units_pathways_and_rules_as_sentences(
    admin: TestClient,
) -> None:
    """O2."""
    shown = admin.get(f"/api/v1/products/{TEAM_LEADING}").json()
    assert (shown["price"], shown["currency"]) == ("98.00", "GBP")
    assert shown["can_be_ordered"]
    (pathway,) = shown["pathways"]
    assert any("12 credits from group B" in rule for rule in pathway["rules"])
    mandatory = {u["reference"] for u in shown["units"] if u["mandatory"]}
    assert mandatory == set(pathway["mandatory_units"])
    (test,) = [u for u in shown["units"] if u["assessment"] == "test"]
    assert (test["delivery"], test["price"]) == (["Onscreen", "Paper"], "14.50")


def test_a_product_is_shown_with_its_grading(admin: TestClient) -> None:
    """O2, section 11."""
    assert admin.get(f"/api/v1/products/{TEAM_LEADING}").json()["grading"] == {
        "kind": "pass",
        "basis": None,
        "points": {},
        "thresholds": [],
        "best": None,
        "components": [],
        "cells": [],
        "overall_grades": ["Pass"],
    }
    shown = admin.get(f"/api/v1/products/{BY_POINTS}").json()
    assert shown["grading"] == {
        "kind": "points",
        "basis": "points_per_60_glh",
        "points": {"U": 0, "P": 6, "M": 10, "D": 16},
        "thresholds": [
            {"grade": "P", "points": 36},
            {"grade": "M", "points": 52},
            {"grade": "D", "points": 74},
            {"grade": "D*", "points": 90},
        ],
        "best": None,
        "components": [],
        "cells": [],
        "overall_grades": ["P", "M", "D", "D*"],
    }
    assert shown["pathways"][0]["rules"][-1] == (
        "Overall grade: at least 36 points for P, 52 points for M, 74 points for D "
        "and 90 points for D*."
    )


def test_a_product_is_shown_with_its_best_credits_or_its_grid(
    admin: TestClient,
) -> None:
    """O2, section 11."""
    higher = admin.get("/api/v1/products/Q-0005004120").json()["grading"]
    assert higher["best"] == {"credits": 75, "at_or_above_level": 4}
    technical = admin.get("/api/v1/products/Q-0005005301").json()["grading"]
    assert [each["title"] for each in technical["components"]] == [
        "Core component",
        "Occupational specialism",
    ]
    assert {"grades": ["A*", "D"], "overall_grade": "Distinction*"} in technical[
        "cells"
    ]
    assert technical["overall_grades"][0] == "Pass"


def test_a_unit_says_to_which_other_one_it_is_equivalent(admin: TestClient) -> None:
    """O2, section 11."""
    units = admin.get("/api/v1/products/Q-0005007002").json()["units"]
    speaking, former = units[-2:]
    assert former["equivalent_to"] == speaking["reference"]
    assert speaking["equivalent_to"] is None


def test_an_apprenticeship_is_shown_with_its_qualifications(admin: TestClient) -> None:
    """O2, O7: alone and in the list."""
    shown = admin.get(f"/api/v1/products/{APPRENTICESHIP}").json()
    listed = admin.get("/api/v1/products?kind=apprenticeship&search=9000001").json()
    for row in (shown, *listed["items"]):
        assert (row["kind"], row["can_be_ordered"]) == ("apprenticeship", True)
        first, second = row["qualifications"]
        assert (first["product"], first["pathways"]) == (TEAM_LEADING, ["MAIN"])
        assert second["title"] == "Level 2 Diploma in Business Administration"


def test_who_is_of_no_centre_sees_the_approvals_of_the_centre_asked_for(
    client_as: ClientAs,
) -> None:
    """O2."""
    specialist = client_as("specialist")
    assert "Q-0005001568" in found(specialist, can_be_ordered=True)
    assert "Q-0005001568" not in found(specialist, can_be_ordered=True, centre="51907")
    stranger = client_as("admin.hillside")
    assert "Q-0005001568" not in found(stranger, can_be_ordered=True, centre="48213")


def test_an_unknown_product_is_not_found(admin: TestClient) -> None:
    refused = admin.get("/api/v1/products/Q-0000000000")
    assert refused.status_code == 404
    assert "product Q-0000000000" in refused.json()["detail"]


def test_products_are_listed_page_by_page(admin: TestClient) -> None:
    everything = found(admin)
    pages: list[str] = []
    path = "/api/v1/products?limit=4"
    while path:
        answer = admin.get(path)
        pages += [row["product"] for row in answer.json()["items"]]
        path = answer.links.get("next", {}).get("url", "")
    assert pages == everything
