"""Learners one at a time: what is recorded, and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from aggregates.errors import NotFound, Refusal
from aggregates.learners.learner import (
    DetailsAreWrong,
    IdentityAmendmentUsed,
    LooksLikeAnother,
    UlnIsHeld,
)
from aggregates.reason import ReasonMissing
from events.learners.learner import LearnerCreated
from store import Conflict, EventStore
from tests.clock import Clock
from tests.commands.upload_centre import SPECIALIST, STRANGER, UploadCentre
from tests.learner_examples import CENTRE, DETAILS, OTHER_ULN, ULN, cells


@pytest.fixture
def upload_centre(store: EventStore, clock: Clock) -> UploadCentre:
    return UploadCentre(store=store, now=clock)


def test_one_learner_is_made_known(upload_centre: UploadCentre) -> None:
    """L1."""
    name = upload_centre.create()
    learner = upload_centre.learner(name)
    assert (learner.details, learner.centre) == (DETAILS, CENTRE)
    assert (learner.group, learner.amendments_left) == (None, 1)


def test_every_fault_is_told_at_once_each_with_its_place(
    upload_centre: UploadCentre,
) -> None:
    """L1."""
    told = cells(given_name="", date_of_birth="31/02/2006", uln="1234567890")
    with pytest.raises(DetailsAreWrong) as refusal:
        upload_centre.create(told)
    paths = [fault.path for fault in refusal.value.others]
    assert paths == [("given_name",), ("date_of_birth",), ("uln",)]
    assert upload_centre.store.head() == 0


def test_a_uln_is_one_learners_at_a_centre(upload_centre: UploadCentre) -> None:
    """U6, L1: at another centre the person may be known too."""
    first = upload_centre.create()
    with pytest.raises(UlnIsHeld) as refusal:
        upload_centre.create(cells(given_name="Zoë"))
    assert refusal.value.path == ("uln",)
    assert first in str(refusal.value)
    upload_centre.create(by=STRANGER)


def test_any_number_of_learners_have_no_uln(upload_centre: UploadCentre) -> None:
    """U4: the temporary one included."""
    for uln in ("", "", "9999999999", "9999999999"):
        name = upload_centre.create(cells(uln=uln), is_different=True)
        assert upload_centre.learner(name).details.uln is None


def test_who_is_like_another_is_confirmed_to_be_different(
    upload_centre: UploadCentre,
) -> None:
    """L1, U6."""
    upload_centre.known[DETAILS.likeness] = ["L-0000000017T"]
    with pytest.raises(LooksLikeAnother) as refusal:
        upload_centre.create()
    assert "L-0000000017T" in str(refusal.value)
    assert upload_centre.create(is_different=True)


def test_a_centre_amends_an_identity_once_and_a_specialist_again(
    upload_centre: UploadCentre,
) -> None:
    """L2."""
    name = upload_centre.create()
    upload_centre.amend(name, family_name="Darcy", date_of_birth="1/4/2006")
    assert upload_centre.learner(name).amendments_left == 0
    with pytest.raises(IdentityAmendmentUsed):
        upload_centre.amend(name, given_name="Chloe")
    with pytest.raises(ReasonMissing) as no_reason:
        upload_centre.amend(name, by=SPECIALIST, given_name="Chloe")
    assert no_reason.value.code == "amendment-needs-reason"
    upload_centre.amend(name, by=SPECIALIST, reason="Passport seen", given_name="Chloe")
    assert upload_centre.learner(name).details.given_name == "Chloe"


def test_what_is_amended_is_checked_as_what_is_new(upload_centre: UploadCentre) -> None:
    """L2."""
    name = upload_centre.create()
    with pytest.raises(DetailsAreWrong):
        upload_centre.amend(name, uln="1234567890")
    with pytest.raises(DetailsAreWrong):
        upload_centre.amend(name, date_of_birth="24/11/2017")
    assert upload_centre.amend(name, gender="F").position is None


def test_a_new_uln_is_taken_and_the_old_one_given_back(
    upload_centre: UploadCentre,
) -> None:
    """L2."""
    first = upload_centre.create()
    upload_centre.amend(first, uln=OTHER_ULN)
    second = upload_centre.create(cells(given_name="Zoë", uln=ULN))
    with pytest.raises(UlnIsHeld):
        upload_centre.amend(second, uln=OTHER_ULN)
    upload_centre.amend(first, uln="")
    upload_centre.amend(second, uln=OTHER_ULN)
    assert upload_centre.learner(second).details.uln == OTHER_ULN


def test_who_has_outgrown_the_greatest_age_can_still_be_put_right(
    upload_centre: UploadCentre, clock: Clock
) -> None:
    """L2: the date of birth was right when it was told."""
    name = upload_centre.create(cells(date_of_birth="25/11/1915"))
    clock.advance(days=2)
    upload_centre.amend(name, postcode="RG1 4PN")
    assert upload_centre.learner(name).details.postcode == "RG1 4PN"


def test_another_centres_learner_cannot_be_amended_nor_detected(
    upload_centre: UploadCentre,
) -> None:
    """Domain, 1."""
    name = upload_centre.create()
    for other in (name, "L-0000000099X", "G-0000000042"):
        with pytest.raises(NotFound):
            upload_centre.amend(other, by=STRANGER, postcode="RG1 4PN")


@pytest.mark.parametrize("race", range(3))
def test_of_several_who_take_a_uln_at_once_one_has_it(
    any_store: EventStore, clock: Clock, race: int
) -> None:
    """U6: the others are told who has it."""
    del race
    upload_centre = UploadCentre(store=any_store, now=clock)
    names = [upload_centre.create(cells(given_name=f"N{n}", uln="")) for n in range(2)]
    ready = Barrier(4)

    def create(number: int) -> str:
        ready.wait()
        try:
            return upload_centre.create(cells(given_name=f"C{number}"))
        except Refusal as refusal:
            return type(refusal).__name__

    def amend(name: str) -> str:
        ready.wait()
        try:
            upload_centre.amend(name, uln=ULN)
        except (Refusal, Conflict) as refusal:
            return type(refusal).__name__
        return name

    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(
                lambda act: act(),
                [
                    lambda: create(1),
                    lambda: create(2),
                    lambda: amend(names[0]),
                    lambda: amend(names[1]),
                ],
            )
        )
    assert answers.count("UlnIsHeld") == 3
    (winner,) = [answer for answer in answers if answer != "UlnIsHeld"]
    assert upload_centre.learner(winner).details.uln == ULN
    made = [r for r in any_store.log(after=0) if isinstance(r.event, LearnerCreated)]
    assert (
        sum(r.event.uln == ULN for r in made if isinstance(r.event, LearnerCreated))
        <= 1
    )
