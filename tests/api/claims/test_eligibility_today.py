"""Asked of a learner, eligibility says what a draft of a claim would say (B5, M10)."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest

from events.centres.centre import ApprovalWithdrawn
from events.registrations.register import RegistrationsEntered
from tests.api.claims.claim_api import ClaimApi, award
from tests.claim_examples import A1, ANN, ANNS, BEN, CENTRE, ENOUGH, REFERENCE
from tests.claim_examples import award as claim_award
from tests.commands.claim_centre import COLLEAGUE, ClaimCentre
from tests.commands.claims.test_claim_today import (
    KEY,
    LAPSE,
    cancel,
    change_pathway,
    claim_elsewhere,
    claim_elsewhere_and_withdraw,
    erase,
    happen,
    nothing,
    transfer,
)

FULL = {"qualification": REFERENCE, "award_type": "Full", "grades": ENOUGH}


def lapse(claim_centre: ClaimCentre, _: str) -> None:
    happen(claim_centre, f"centre:{CENTRE}", LAPSE)


@pytest.fixture
def entered(claim_api: ClaimApi) -> ClaimApi:
    """Enter Ann's registration in her register, as an order does."""
    made = RegistrationsEntered(learner=ANN, centre=CENTRE, registrations=(ANNS,))
    happen(claim_api.claim_centre, f"register:{ANN}", made)
    return claim_api


@pytest.mark.parametrize(
    ("meanwhile", "codes"),
    [
        (nothing, []),
        (claim_elsewhere, ["claimed-by-another"]),
        (claim_elsewhere_and_withdraw, []),
        (cancel, ["registration-cancelled"]),
        (transfer, ["learner-transferred"]),
        (erase, ["learner-erased"]),
        (lapse, ["not-approved", "not-claimable"]),
    ],
)
def test_a_question_about_a_learner_is_answered_as_a_draft_is(
    entered: ClaimApi, meanwhile: Callable[[ClaimCentre, str], None], codes: list[str]
) -> None:
    """B5: the same verdict, and the same first sentence."""
    claim = entered.begin(award())
    meanwhile(entered.claim_centre, claim)
    answer = entered.post("/eligibility", {**FULL, "learner": ANN}).json()
    (draft,) = entered.get(f"/claims/{claim}")["learners"]
    told = draft["eligibility"]
    assert [why["code"] for why in answer["hindrances"]] == codes
    assert answer["eligible"] == told["eligible"] == (not codes)
    assert answer["overall_grade"] == told["overall_grade"]
    assert answer["hindrances"][:1] == told["reasons"][:1]
    assert answer["pathways"][0]["met"]


def test_it_is_said_who_claimed_meanwhile(entered: ClaimApi) -> None:
    claim = entered.claim_centre.begin({ANN: claim_award()}, by=COLLEAGUE)
    entered.claim_centre.submit(claim, by=COLLEAGUE)
    answer = entered.post("/eligibility", {**FULL, "learner": ANN}).json()
    (why,) = answer["hindrances"]
    assert why["message"].startswith("Claimed meanwhile by second.riverside")
    assert claim in why["message"]


def test_a_learner_is_judged_by_their_registration_and_earlier_grades(
    entered: ClaimApi,
) -> None:
    """M12: on its pathway, unless another is named."""
    entered.submitted(award(award_type="Interim", grades=ENOUGH))
    asked = {**FULL, "grades": {}, "learner": ANN}
    answer = entered.post("/eligibility", asked).json()
    assert (answer["eligible"], answer["earlier_grades"]) == (True, ENOUGH)
    assert [each["code"] for each in answer["pathways"]] == ["MAIN"]
    interim = entered.post("/eligibility", asked | {"award_type": "Interim"}).json()
    assert interim["eligible"] is False
    assert [why["code"] for why in interim["hindrances"]] == ["nothing-new"]
    change_pathway(entered.claim_centre, "")
    (short,) = entered.post("/eligibility", asked).json()["pathways"]
    assert short["code"] == "SHORT"
    (main,) = entered.post("/eligibility", asked | {"pathway": "MAIN"}).json()[
        "pathways"
    ]
    assert main["code"] == "MAIN"


def test_a_centre_that_is_not_approved_any_more_is_told_so_of_nobody_too(
    claim_api: ClaimApi,
) -> None:
    """M2: who is of no centre is told what holds for all."""
    assert claim_api.post("/eligibility", FULL).json()["eligible"]
    lapsed = ApprovalWithdrawn(product=REFERENCE, person_id=KEY)
    happen(claim_api.claim_centre, f"centre:{CENTRE}", lapsed)
    answer = claim_api.post("/eligibility", FULL).json()
    assert answer["eligible"] is False
    assert [why["code"] for why in answer["hindrances"]] == ["not-claimable"]
    assert "not approved" in answer["hindrances"][0]["message"]
    of_all = claim_api.post("/eligibility", FULL, by="auditor").json()
    assert (of_all["eligible"], of_all["hindrances"]) == (True, [])
    claim_api.clock.advance(days=5_000)
    ended = claim_api.client("auditor").post("/api/v1/eligibility", json=FULL).json()
    assert "Certification ended" in ended["hindrances"][0]["message"]


def test_who_was_never_registered_is_said_to_be_so(claim_api: ClaimApi) -> None:
    answer = claim_api.post("/eligibility", {**FULL, "learner": BEN}).json()
    assert [why["code"] for why in answer["hindrances"]] == ["not-registered"]
    assert answer["pathways"][0]["met"]


def test_others_learners_are_not_told_apart_from_nobody(claim_api: ClaimApi) -> None:
    for who, learner in (("stranger", ANN), ("admin", "L-0000000099X")):
        asked = {**FULL, "learner": learner}
        answer = claim_api.post("/eligibility", asked, by=who)
        assert answer.status_code == HTTPStatus.NOT_FOUND
        assert learner in answer.json()["detail"]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"qualification": "Q-1"}, "/qualification"),
        ({"pathway": "NONE"}, "/pathway"),
        ({"grades": {"X/1": "P"}}, "/grades/X~11"),
        ({"grades": {A1: "D"}}, "/grades/A~1100~10001"),
    ],
)
def test_what_makes_no_sense_is_pointed_at_of_a_learner_too(
    entered: ClaimApi, wrong: dict[str, Any], pointer: str
) -> None:
    answer = entered.post("/eligibility", {**FULL, "learner": ANN, **wrong})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.json()["errors"][0]["pointer"] == pointer
