"""Certificates listed, those to be printed in one batch, and reported printed at once."""

import csv
from http import HTTPStatus
from io import StringIO

from httpx2 import Response

from tests.api.claims.claim_api import API, ClaimApi, award
from tests.api.claims.test_certificates import erase, reissue, revoke
from tests.claim_examples import ANN, BEN, CENTRE, REFERENCE

NOWHERE = "C-0000000000A"


def issued(claim_api: ClaimApi) -> dict[str, str]:
    """Have two learners certificated; give the certificate of each."""
    claim_api.submitted(award(), award(BEN))
    claim_api.process()
    items = claim_api.get("/certificates")["items"]
    return {each["learner"]: each["certificate"] for each in items}


def numbers(claim_api: ClaimApi, *, by: str = "specialist", **params: str) -> set[str]:
    items = claim_api.get("/certificates", by=by, **params)["items"]
    return {each["certificate"] for each in items}


def report(claim_api: ClaimApi, *reported: str, by: str = "specialist") -> Response:
    return claim_api.client(by).post(
        f"{API}/certificates/printing", json={"certificates": reported}
    )


def test_those_in_force_and_not_printed_wait_to_be_printed(claim_api: ClaimApi) -> None:
    """M13, M18: a reissue waits anew, what was revoked does not."""
    found = issued(claim_api)
    assert numbers(claim_api, waiting_to_print="true") == set(found.values())
    again = reissue(claim_api, found[ANN]).json()["certificate"]
    assert numbers(claim_api, waiting_to_print="true") == {again, found[BEN]}
    report(claim_api, again)
    revoke(claim_api, found[BEN])
    assert numbers(claim_api, waiting_to_print="true") == set()
    everything = {again, *found.values()}
    assert numbers(claim_api, waiting_to_print="false") == everything
    assert numbers(claim_api, in_force="true") == {again}
    assert numbers(claim_api, in_force="false") == set(found.values())


def test_nothing_waits_for_a_holder_who_was_erased(claim_api: ClaimApi) -> None:
    """M13, H6: there is no name to print."""
    found = issued(claim_api)
    erase(claim_api)
    assert numbers(claim_api, waiting_to_print="true") == {found[BEN]}
    (answer,) = report(claim_api, found[ANN]).json()["items"]
    assert answer["outcome"] == "refused"


def test_certificates_are_found_by_each_filter_and_by_ones_own_centre(
    claim_api: ClaimApi,
) -> None:
    """Section 2."""
    found = issued(claim_api)
    everything = set(found.values())
    assert numbers(claim_api, by="admin") == everything
    assert numbers(claim_api, by="stranger") == set()
    for kept, params in (
        (everything, {"qualification": REFERENCE}),
        (set(), {"qualification": "Q-0005009999"}),
        ({found[BEN]}, {"learner": BEN}),
        (everything, {"kind": "Full certificate"}),
        (set(), {"kind": "Unit certificate"}),
        (everything, {"centre": CENTRE}),
        (set(), {"centre": "50107"}),
        (everything, {"updated_since": "2026-01-01T00:00:00Z"}),
        (set(), {"updated_since": "2100-01-01T00:00:00Z"}),
    ):
        assert numbers(claim_api, **params) == kept, params


def test_certificates_are_listed_part_by_part_as_each_is_shown(
    claim_api: ClaimApi,
) -> None:
    """M13."""
    issued(claim_api)
    whole = claim_api.get("/certificates")["items"]
    first = claim_api.get("/certificates", limit="1")
    rest = claim_api.get("/certificates", limit="1", cursor=first["next"])
    assert first["items"] + rest["items"] == whole
    assert rest["next"] is None
    for each in whole:
        assert claim_api.get(f"/certificates/{each['certificate']}") == each


def test_the_batch_has_what_is_printed_of_each_that_waits(claim_api: ClaimApi) -> None:
    """M13."""
    found = issued(claim_api)
    report(claim_api, found[BEN])
    answer = claim_api.client("specialist").get(
        f"{API}/certificates/to-print.csv",
        headers={"Min-Position": str(claim_api.service.store.head())},
    )
    (row,) = csv.DictReader(StringIO(answer.text.removeprefix("\ufeff")))
    assert row["certificate"] == found[ANN]
    assert row["holder"] == "Ann-Marie Ní Bhriain"
    assert row["date_of_birth"] == "2008-02-29"
    assert row["title"] == "Level 2 Diploma in Team Leading"
    assert (row["qualification_number"], row["overall_grade"]) == ("601/3450/1", "Pass")
    assert row["units"].splitlines()[0] == "A/100/0001 Lead: P"
    unseen = claim_api.client("stranger").get(f"{API}/certificates/to-print.csv")
    assert len(unseen.text.splitlines()) == 1


def test_one_report_of_printing_for_many_has_an_answer_for_each(
    claim_api: ClaimApi,
) -> None:
    """M13: one refused keeps none of the others; sent again it says so."""
    found = issued(claim_api)
    revoke(claim_api, found[BEN])
    answer = report(claim_api, found[ANN], found[BEN], NOWHERE, found[ANN])
    assert answer.status_code == HTTPStatus.OK
    items = answer.json()["items"]
    assert [each["certificate"] for each in items] == [
        found[ANN],
        found[BEN],
        NOWHERE,
        found[ANN],
    ]
    assert [each["outcome"] for each in items] == [
        "recorded",
        "refused",
        "refused",
        "recorded-before",
    ]
    assert "was revoked, so it cannot be printed" in items[1]["message"]
    assert NOWHERE in items[2]["message"]
    assert items[0]["printed_at"] == items[3]["printed_at"] is not None
    assert claim_api.get(f"/certificates/{found[ANN]}")["printed_at"] is not None
    (again,) = report(claim_api, found[ANN]).json()["items"]
    assert again["outcome"] == "recorded-before"


def test_only_a_specialist_reports_printing_of_some_at_least(
    claim_api: ClaimApi,
) -> None:
    """M13."""
    found = issued(claim_api)
    refused = report(claim_api, *found.values(), by="admin")
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert "Ask an Account Specialist" in refused.json()["detail"]
    assert report(claim_api).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert len(numbers(claim_api, waiting_to_print="true")) == len(found)
