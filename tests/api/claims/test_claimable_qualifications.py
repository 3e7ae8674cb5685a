"""What can be claimed, over HTTP: qualifications, units and learners to choose from."""

from http import HTTPStatus
from typing import Any

import pytest

from tests.api.claims.claim_api import API, ClaimApi, award
from tests.claim_examples import A1, A2, ANN, B1, B2, BEN, REFERENCE


def test_what_can_be_claimed_is_listed_with_its_conditions(claim_api: ClaimApi) -> None:
    """M2."""
    (found,) = claim_api.get("/claimable-qualifications")["items"]
    assert (found["reference"], found["learners_to_claim"]) == (REFERENCE, 2)
    assert [condition["is_met"] for condition in found["conditions"]] == [True] * 5


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"search": "team lead"}, 1),
        ({"search": "1227"}, 1),
        ({"search": "customer"}, 0),
        ({"suite": "Work-based learning"}, 1),
        ({"suite": "Other"}, 0),
        ({"subject_area": "Business and management"}, 1),
        ({"subject_area": "Other"}, 0),
    ],
)
def test_what_can_be_claimed_is_found_by_title_number_suite_and_subject_area(
    claim_api: ClaimApi, params: dict[str, str], count: int
) -> None:
    """M2."""
    assert len(claim_api.get("/claimable-qualifications", **params)["items"]) == count


def test_one_that_is_missing_can_be_looked_up_with_the_reason(
    claim_api: ClaimApi,
) -> None:
    """M2."""
    (missing,) = claim_api.get("/claimable-qualifications", why="q-0005009999")["items"]
    assert not missing["is_claimable"]
    unmet = [c["sentence"] for c in missing["conditions"] if not c["is_met"]]
    assert unmet[0] == (
        "The centre has nobody registered on it. Order registrations first."
    )
    client = claim_api.client()
    nothing = client.get(f"{API}/claimable-qualifications", params={"why": "Q-1"})
    assert nothing.status_code == HTTPStatus.NOT_FOUND


def test_the_awarding_organisation_says_whose_qualifications_it_asks_for(
    claim_api: ClaimApi,
) -> None:
    client = claim_api.client("specialist")
    answer = client.get(f"{API}/claimable-qualifications")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    found = claim_api.get("/claimable-qualifications", by="specialist", centre="48213")
    assert len(found["items"]) == 1


def test_a_centre_cannot_ask_what_another_can_claim(claim_api: ClaimApi) -> None:
    found = claim_api.get("/claimable-qualifications", by="stranger", centre="48213")
    assert found["items"] == []


def test_units_are_listed_by_group_mandatory_first_searched_and_sorted(
    claim_api: ClaimApi,
) -> None:
    """M3."""
    claim = claim_api.begin(award())

    def found(**params: Any) -> list[str]:
        items = claim_api.get(f"/claims/{claim}/units", **params)["items"]
        return [unit["reference"] for unit in items]

    assert found() == [A1, A2, B1, B2]
    assert found(sort="credits") == [B2, A1, A2, B1]
    assert found(sort="title", descending=True) == [B1, A2, A1, B2]
    assert found(group="b") == [B1, B2]
    assert found(title="LEAD") == [A1]
    assert found(reference="0004") == [B2]
    assert found(number=2) == [A2]
    assert found(mandatory=False) == [B1, B2]
    assert found(level=3) == [B2]
    assert found(credits=12, group="a") == [A2]


def test_units_are_listed_a_part_at_a_time(claim_api: ClaimApi) -> None:
    claim = claim_api.begin(award())
    first = claim_api.get(f"/claims/{claim}/units", limit=3)
    rest = claim_api.get(f"/claims/{claim}/units", limit=3, cursor=first["next"])
    assert [u["reference"] for u in first["items"] + rest["items"]] == [A1, A2, B1, B2]
    assert rest["next"] is None
    client = claim_api.client()
    for cursor in ("nonsense", "LTE=", "é"):
        answer = client.get(f"{API}/claims/{claim}/units", params={"cursor": cursor})
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_an_empty_claim_offers_no_units_and_no_learners(claim_api: ClaimApi) -> None:
    claim = claim_api.post("/claims", {}).json()["claim"]
    assert claim_api.get(f"/claims/{claim}/units")["items"] == []
    assert claim_api.get(f"/claims/{claim}/learners")["items"] == []


def test_learners_are_listed_searched_and_sorted(claim_api: ClaimApi) -> None:
    """M4."""
    claim = claim_api.begin(award())

    def found(**params: Any) -> list[str]:
        items = claim_api.get(f"/claims/{claim}/learners", **params)["items"]
        return [learner["learner"] for learner in items]

    assert found() == [ANN, BEN]
    assert found(sort="family_name") == [BEN, ANN]
    assert found(given_name="marie") == [ANN]
    for born in ("2008-02-29", "29/2/2008", "29 Feb 2008"):
        assert found(date_of_birth=born, family_name="mull") == [BEN]
    claim_api.post(f"/claims/{claim}/submit")
    assert found() == [BEN]
