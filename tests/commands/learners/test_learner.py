"""Learners one at a time: what is recorded, and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from aggregates.errors import NotFound, Refusal
from aggregates.learners.learner import (
    AmendmentNeedsReason,
    DetailsAreWrong,
    IdentityAmendmentUsed,
    LooksLikeAnother,
    UlnIsHeld,
)
from events.learners.learner import LearnerCreated
from store import Conflict, EventStore
from tests.clock import Clock
from tests.commands.upload_centre import SPECIALIST, STRANGER, UploadCentre
from tests.learner_examples import CENTRE, DETAILS, OTHER_ULN, ULN, cells


@pytest.fixture
def intake(store: EventStore, clock: Clock) -> UploadCentre:
    return UploadCentre(store=store, now=clock)


def test_one_learner_is_made_known(intake: UploadCentre) -> None:
    """L1."""
    name = intake.create()
    learner = intake.learner(name)
    assert (learner.details, learner.centre) == (DETAILS, CENTRE)
    assert (learner.group, learner.amendments_left) == (None, 1)


def test_every_fault_is_told_at_once_each_with_its_place(intake: UploadCentre) -> None:
    """L1."""
    told = cells(given_name="", date_of_birth="31/02/2006", uln="1234567890")
    with pytest.raises(DetailsAreWrong) as refusal:
        intake.create(told)
    pointers = [fault.pointer for fault in refusal.value.others]
    assert pointers == ["/given_name", "/date_of_birth", "/uln"]
    assert intake.store.head() == 0


def test_a_uln_is_one_learners_at_a_centre(intake: UploadCentre) -> None:
    """U6, L1: at another centre the person may be known too."""
    first = intake.create()
    with pytest.raises(UlnIsHeld) as refusal:
        intake.create(cells(given_name="Zoë"))
    assert refusal.value.pointer == "/uln"
    assert first in str(refusal.value)
    intake.create(by=STRANGER)


def test_any_number_of_learners_have_no_uln(intake: UploadCentre) -> None:
    """U4: the temporary one included."""
    for uln in ("", "", "9999999999", "9999999999"):
        name = intake.create(cells(uln=uln), is_different=True)
        assert intake.learner(name).details.uln is None


def test_who_is_like_another_is_confirmed_to_be_different(intake: UploadCentre) -> None:
    """L1, U6."""
    intake.known[DETAILS.likeness] = ["L-0000000017T"]
    with pytest.raises(LooksLikeAnother) as refusal:
        intake.create()
    assert "L-0000000017T" in str(refusal.value)
    assert intake.create(is_different=True)


def test_a_centre_amends_an_identity_once_and_a_specialist_again(
    intake: UploadCentre,
) -> None:
    """L2."""
    name = intake.create()
    intake.amend(name, family_name="Darcy", date_of_birth="1/4/2006")
    assert intake.learner(name).amendments_left == 0
    with pytest.raises(IdentityAmendmentUsed):
        intake.amend(name, given_name="Chloe")
    with pytest.raises(AmendmentNeedsReason):
        intake.amend(name, by=SPECIALIST, given_name="Chloe")
    intake.amend(name, by=SPECIALIST, reason="Passport seen", given_name="Chloe")
    assert intake.learner(name).details.given_name == "Chloe"


def test_what_is_amended_is_checked_as_what_is_new(intake: UploadCentre) -> None:
    """L2."""
    name = intake.create()
    with pytest.raises(DetailsAreWrong):
        intake.amend(name, uln="1234567890")
    with pytest.raises(DetailsAreWrong):
        intake.amend(name, date_of_birth="24/11/2017")
    assert intake.amend(name, gender="F").position is None


def test_a_new_uln_is_taken_and_the_old_one_given_back(intake: UploadCentre) -> None:
    """L2."""
    first = intake.create()
    intake.amend(first, uln=OTHER_ULN)
    second = intake.create(cells(given_name="Zoë", uln=ULN))
    with pytest.raises(UlnIsHeld):
        intake.amend(second, uln=OTHER_ULN)
    intake.amend(first, uln="")
    intake.amend(second, uln=OTHER_ULN)
    assert intake.learner(second).details.uln == OTHER_ULN


def test_who_has_outgrown_the_greatest_age_can_still_be_put_right(
    intake: UploadCentre, clock: Clock
) -> None:
    """L2: the date of birth was right when it was told."""
    name = intake.create(cells(date_of_birth="25/11/1915"))
    clock.advance(days=2)
    intake.amend(name, postcode="RG1 4PN")
    assert intake.learner(name).details.postcode == "RG1 4PN"


def test_another_centres_learner_cannot_be_amended_nor_detected(
    intake: UploadCentre,
) -> None:
    """Domain, 1."""
    name = intake.create()
    for other in (name, "L-0000000099X", "G-0000000042"):
        with pytest.raises(NotFound):
            intake.amend(other, by=STRANGER, postcode="RG1 4PN")


@pytest.mark.parametrize("race", range(3))
def test_of_several_who_take_a_uln_at_once_one_has_it(
    any_store: EventStore, clock: Clock, race: int
) -> None:
    """U6: the others are told who has it."""
    del race
    intake = UploadCentre(store=any_store, now=clock)
    names = [intake.create(cells(given_name=f"N{n}", uln="")) for n in range(2)]
    ready = Barrier(4)

    def create(number: int) -> str:
        ready.wait()
        try:
            return intake.create(cells(given_name=f"C{number}"))
        except Refusal as refusal:
            return type(refusal).__name__

    def amend(name: str) -> str:
        ready.wait()
        try:
            intake.amend(name, uln=ULN)
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
    assert intake.learner(winner).details.uln == ULN
    made = [r for r in any_store.log(after=0) if isinstance(r.event, LearnerCreated)]
    assert (
        sum(r.event.uln == ULN for r in made if isinstance(r.event, LearnerCreated))
        <= 1
    )
