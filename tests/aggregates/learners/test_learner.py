"""The rules of learners: given these events, when this is asked, then that follows."""

from dataclasses import replace
from datetime import date
from functools import reduce
from typing import Any

import pytest

from aggregates.learners.learner import (
    IdentityAmendmentUsed,
    Learner,
)
from aggregates.learners.verification import (
    Code,
    VerificationAnswer,
    VerificationStatus,
)
from aggregates.reason import ReasonMissing
from events.learners.learner import LearnerDetailsAmended, LearnerIdentityAmended
from events.learners.verification import UlnVerified
from tests.learner_examples import DETAILS, OTHER_ULN, PERSON, learner_created

given = Learner.replay
RENAMED = replace(DETAILS, family_name="Darcy")
MOVED = replace(DETAILS, postcode="RG1 4PN")
RENAMING = LearnerIdentityAmended(
    person_id=PERSON,
    given_name="Chloë",
    family_name="Darcy",
    date_of_birth=date(2006, 3, 27),
)
MOVING = LearnerDetailsAmended(
    person_id=PERSON,
    gender="F",
    uln=DETAILS.uln,
    centre_reference="RIV-1",
    email="chloe@example.org",
    postcode="RG1 4PN",
)


def test_a_learner_is_made_known_with_their_details() -> None:
    """L1."""
    learner = given([learner_created()])
    assert learner.details == DETAILS
    made = Learner.create(
        learner=learner.learner,
        centre=learner.centre,
        group=None,
        person_id=PERSON,
        details=DETAILS,
    )
    assert made == [learner_created()]


def test_a_centre_may_amend_who_a_learner_is_once() -> None:
    """L2."""
    learner = given([learner_created()])
    assert learner.amendments_left == 1
    assert learner.amend(RENAMED, is_further=False, reason=None) == [RENAMING]


def test_a_centre_may_not_amend_who_a_learner_is_twice() -> None:
    """L2."""
    learner = given([learner_created(), RENAMING])
    assert learner.amendments_left == 0
    with pytest.raises(IdentityAmendmentUsed):
        learner.amend(DETAILS, is_further=False, reason=None)


def test_one_amendment_may_cover_name_and_date_of_birth() -> None:
    """L2."""
    details = replace(RENAMED, given_name="Chloe", date_of_birth=date(2006, 4, 1))
    (amended,) = given([learner_created()]).amend(
        details, is_further=False, reason=None
    )
    learner = given([learner_created(), amended])
    assert (learner.details, learner.amendments_left) == (details, 0)


def test_other_details_may_be_amended_freely() -> None:
    """L2."""
    learner = given([learner_created(), RENAMING])
    details = replace(RENAMED, postcode="RG1 4PN")
    assert learner.amend(details, is_further=False, reason=None) == [MOVING]
    assert given([learner_created(), RENAMING, MOVING]).details == details


def test_identity_and_other_details_may_be_amended_together() -> None:
    """L2."""
    details = replace(RENAMED, postcode="RG1 4PN")
    amended = given([learner_created()]).amend(details, is_further=False, reason=None)
    assert amended == [RENAMING, MOVING]


def test_an_account_specialist_may_amend_further_with_a_reason() -> None:
    """L2: and the centre's one amendment is not used up by it."""
    learner = given([learner_created()])
    (amended,) = learner.amend(RENAMED, is_further=True, reason="Passport seen")
    assert amended == replace(RENAMING, is_further=True, reason="Passport seen")
    after = given([learner_created(), amended])
    assert after.amendments_left == 1


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_an_account_specialist_says_why(reason: str | None) -> None:
    """L2."""
    learner = given([learner_created()])
    with pytest.raises(ReasonMissing) as no_reason:
        learner.amend(MOVED, is_further=True, reason=reason)
    assert no_reason.value.code == "amendment-needs-reason"


def test_amending_to_what_is_known_changes_nothing() -> None:
    """L2."""
    learner = given([learner_created(), RENAMING])
    assert learner.amend(RENAMED, is_further=False, reason=None) == []


VERIFIED = UlnVerified(person_id=PERSON, code="WSVRC001")
WAITING = VerificationStatus.WAITING


def test_a_learner_hears_lrs_about_a_uln_that_is_to_be_verified() -> None:
    """U7, L1."""
    answer = VerificationAnswer(code=Code.MATCH)
    learner = given([learner_created(to_verify=True)])
    assert learner.verification.status is WAITING
    assert learner.hear(answer) == [VERIFIED]
    assert given([learner_created()]).hear(answer) == []
    heard = given([learner_created(to_verify=True), VERIFIED])
    assert heard.hear(answer) == []


@pytest.mark.parametrize(
    ("changed", "is_asked_again"),
    [
        ({"given_name": "Zoë"}, True),
        ({"family_name": "Darcy"}, True),
        ({"date_of_birth": date(2006, 3, 28)}, True),
        ({"gender": "M"}, True),
        ({"uln": OTHER_ULN}, True),
        ({"postcode": "RG1 4PN", "email": None, "centre_reference": "X"}, False),
    ],
)
def test_amending_what_lrs_is_told_has_it_asked_about_the_learner_again(
    changed: dict[str, Any], *, is_asked_again: bool
) -> None:
    """U7, L2: other details leave its answer as it was."""
    learner = given([learner_created(to_verify=True), VERIFIED])
    details = replace(DETAILS, **changed)
    amended = learner.amend(details, is_further=False, reason=None, is_lrs_on=True)
    after = reduce(Learner.apply, amended, learner)
    assert (after.verification.status is WAITING) is is_asked_again


def test_without_a_uln_or_lrs_nothing_is_verified_and_nothing_said_stands() -> None:
    """U7."""
    learner = given([learner_created(to_verify=True), VERIFIED])
    for changed, is_on in (({"uln": None}, True), ({"uln": OTHER_ULN}, False)):
        details = replace(DETAILS, **changed)
        amended = learner.amend(details, is_further=False, reason=None, is_lrs_on=is_on)
        after = reduce(Learner.apply, amended, learner)
        assert after.verification.status is VerificationStatus.NOT_ASKED
