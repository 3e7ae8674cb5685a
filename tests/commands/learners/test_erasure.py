"""Erasing a person: what is lost, what stays, and what cannot be asked any more."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from aggregates.errors import NotFound, Refusal
from aggregates.learners.details import ERASED
from aggregates.learners.learner import (
    ErasureNeedsReason,
    ImageErased,
    ImageMissing,
    LearnerIsErased,
)
from aggregates.registrations.registration import Status
from commands.bookings.entry_order import BeginEntryOrder
from commands.command import CommandContext, PersonIsErased
from commands.learners.learner_image import SubmitLearnerImage, read_image
from commands.orders.order_linking import Linking
from commands.registrations.cancellation import ChangePathway
from commands.uploads.upload import record_called
from events.bookings.entry_order import Entry
from events.identifier import stream_of
from events.learners.learner import ImageKind, LearnerErased
from repositories.aggregate_types import CERTIFICATE
from repositories.repository import load_known
from store import EventStore
from tests.claim_examples import ANN, ANNS, BEN, BENS, award
from tests.clock import Clock
from tests.commands.claim_centre import SPECIALIST, ClaimCentre
from tests.commands.erasing import REASON, erase
from tests.commands.order_centre import SINGLE, OrderCentre
from tests.commands.upload_centre import ADMINISTRATOR, MACHINE, UploadCentre
from tests.image_examples import PHOTOGRAPH
from tests.learner_examples import DETAILS, GROUP, OTHER_ULN, ULN, cells
from tests.order_examples import ANN as ANNA
from tests.order_examples import BEN as BENNO

PASSED = award()
PHOTO = ImageKind.PHOTOGRAPH


def photograph(clock: Clock, learner: str) -> SubmitLearnerImage:
    return SubmitLearnerImage(
        by=ADMINISTRATOR, at=clock(), learner=learner, kind=PHOTO, content=PHOTOGRAPH
    )


@pytest.fixture
def intake(store: EventStore, clock: Clock) -> UploadCentre:
    return UploadCentre(store=store, now=clock)


def test_a_person_who_is_erased_is_known_by_their_number_alone(
    any_store: EventStore, clock: Clock
) -> None:
    """H6: who erased them and why stays, and so does all that happened."""
    intake = UploadCentre(store=any_store, now=clock)
    learner = intake.create()
    intake.send(photograph(clock, learner))
    intake.amend(learner, family_name="Darcy", centre_reference="X")
    erase(intake.context, clock, learner)
    assert intake.learner(learner).details == ERASED
    *before, last = any_store.open(stream_of(learner)).history
    assert [recorded.event.topic for recorded in before] == [
        "learner.created",
        "learner.image-submitted",
        "learner.identity-amended",
        "learner.details-amended",
    ]
    assert isinstance(last.event, LearnerErased)
    assert (last.event.reason, last.user) == (REASON, "specialist")
    assert all(w not in str(before) for w in ("Chlo", "Arcy", "arcy", ULN, "OX4"))


def test_erasing_twice_answers_the_same_and_loses_what_was_left(
    intake: UploadCentre, clock: Clock
) -> None:
    """H6: the second one finds rows that the first did not."""
    learner = intake.create()
    group = intake.checked(cells(uln=OTHER_ULN))
    row = stream_of(record_called(group, 2))
    assert erase(intake.context, clock, learner).position is not None
    assert intake.records(group)[2].cells
    assert erase(intake.context, clock, learner, row).position is None
    assert not intake.records(group)[2].cells
    with pytest.raises(PersonIsErased):
        intake.put_right(group, 2, uln="")


@pytest.mark.parametrize("reason", ["", "  "])
def test_erasing_has_a_reason(intake: UploadCentre, clock: Clock, reason: str) -> None:
    """H6, H1."""
    learner = intake.create()
    with pytest.raises(ErasureNeedsReason, match="without naming") as refusal:
        erase(intake.context, clock, learner, reason=reason)
    assert refusal.value.pointer == "/reason"
    assert intake.learner(learner).details == DETAILS


def test_who_is_not_known_cannot_be_erased(intake: UploadCentre, clock: Clock) -> None:
    """H6."""
    for name in ("L-0000000099X", GROUP):
        with pytest.raises(NotFound):
            erase(intake.context, clock, name)


def test_the_uln_of_somebody_erased_is_free_again(
    any_store: EventStore, clock: Clock
) -> None:
    """H6, U6: after a rebuild of what is reserved as well."""
    intake = UploadCentre(store=any_store, now=clock)
    erase(intake.context, clock, intake.create())
    erase(intake.context, clock, intake.create(cells(uln="")))
    any_store.rebuild_reservations()
    assert intake.learner(intake.create()).details.uln == ULN


def test_somebody_erased_is_amended_no_more(intake: UploadCentre, clock: Clock) -> None:
    """H6, L1, L2."""
    learner = intake.create()
    intake.send(photograph(clock, learner))
    erase(intake.context, clock, learner)
    with pytest.raises(LearnerIsErased, match="Leave them out"):
        intake.amend(learner, family_name="Darcy")
    with pytest.raises(LearnerIsErased):
        intake.send(photograph(clock, learner))


def test_images_are_erased_with_the_person(intake: UploadCentre, clock: Clock) -> None:
    """H6, H3: as they were before, too."""
    learner = intake.create()
    intake.send(photograph(clock, learner))
    before = clock()
    clock.advance(hours=1)
    erase(intake.context, clock, learner)
    past = CommandContext(store=intake.store.as_at(before), catalogue=intake.catalogue)
    for context in (intake.context, past):
        with pytest.raises(ImageErased, match="cannot be brought back"):
            read_image(context, learner, PHOTO, MACHINE)
    with pytest.raises(ImageErased):
        read_image(intake.context, learner, ImageKind.SIGNATURE, MACHINE)
    with pytest.raises(ImageMissing):
        read_image(past, learner, ImageKind.SIGNATURE, MACHINE)


def test_somebody_erased_cannot_be_ordered_for(store: EventStore, clock: Clock) -> None:
    """H6, O3: by name; a group goes without them."""
    counter = OrderCentre(store=store, now=clock)
    counter.open()
    counter.know(ANNA, BENNO)
    counter.group(GROUP, ANNA, BENNO)
    erase(counter.context, clock, ANNA)
    with pytest.raises(LearnerIsErased) as refusal:
        counter.ready(ANNA)
    assert refusal.value.pointer == "/learners/0/learners"
    other = counter.begin(Linking(groups=(GROUP,)), products=[SINGLE])
    assert [*counter.order(other).lines[SINGLE].learners] == [BENNO]


def test_somebody_erased_cannot_be_entered_for_a_test(
    intake: UploadCentre, clock: Clock
) -> None:
    """H6, B2."""
    learner = intake.create()
    erase(intake.context, clock, learner)
    entry = Entry(learner=learner, qualification=SINGLE, unit="", delivery="Paper")
    with pytest.raises(LearnerIsErased) as refusal:
        intake.send(BeginEntryOrder(by=ADMINISTRATOR, at=clock(), entries=(entry,)))
    assert refusal.value.pointer == "/entries/0/learner"


def test_an_order_confirmed_before_stays_as_it_is(
    store: EventStore, clock: Clock
) -> None:
    """H6, O5: and answers the same when it is sent again."""
    counter = OrderCentre(store=store, now=clock)
    counter.open()
    counter.know(ANNA)
    order = counter.ready(ANNA)
    counter.confirm(order)
    erase(counter.context, clock, ANNA)
    counter.confirm(order)
    assert [made.learner for made in counter.made()] == [ANNA]


def test_somebody_erased_cannot_be_claimed_for(
    store: EventStore, clock: Clock, office: ClaimCentre
) -> None:
    """H6, M4, M13: what was certificated before stays."""
    counter = OrderCentre(store=store, now=clock)
    submitted = office.begin({ANN: PASSED})
    office.submit(submitted)
    office.process(submitted)
    draft = office.begin({})
    erase(counter.context, clock, ANN, end_in_flight=True)
    erase(counter.context, clock, BEN)
    for asked in (
        lambda: office.choose(draft, [BEN]),
        lambda: office.begin({BEN: PASSED}),
    ):
        with pytest.raises(LearnerIsErased, match=BEN):
            asked()
    assert office.claim(submitted).learners[ANN].certificate
    assert office.status(ANNS) is Status.COMPLETED


def test_the_registration_of_somebody_erased_is_not_reopened(
    office: ClaimCentre,
) -> None:
    """H6, M14: their certificate would go out of force, and none could follow it."""
    claim = office.processed({ANN: PASSED})
    erase(office.context, Clock(office.now()), ANN, end_in_flight=True)
    erase(office.context, Clock(office.now()), BEN)
    with pytest.raises(LearnerIsErased, match=ANN):
        office.reopen(ANNS)
    number = office.certificate(claim, ANN)
    assert load_known(CERTIFICATE, number, store=office.store)[1].is_in_force
    with pytest.raises(LearnerIsErased, match=BEN):
        office.send(
            ChangePathway(
                by=SPECIALIST,
                at=office.now(),
                registration=BENS,
                pathway="SHORT",
                reason="Wrong pathway",
            )
        )


def test_a_row_is_not_linked_to_somebody_erased(
    intake: UploadCentre, clock: Clock
) -> None:
    """H6, U6."""
    learner = intake.create()
    intake.known[DETAILS.likeness] = [learner]
    group = intake.checked(cells(uln=""))
    erase(intake.context, clock, learner)
    with pytest.raises(LearnerIsErased) as refusal:
        intake.put_right(group, 2, link_to=learner)
    assert refusal.value.pointer == "/link_to"


def test_nothing_personal_is_kept_by_who_asks_as_somebody_is_erased(
    any_store: EventStore, clock: Clock
) -> None:
    """H6: whoever is first, a change is refused in plain words or lost with the rest."""
    intake = UploadCentre(store=any_store, now=clock)
    for _ in range(4):
        learner, barrier = intake.create(cells(uln="")), Barrier(3)

        def amend(learner: str = learner, barrier: Barrier = barrier) -> None:
            barrier.wait()
            intake.amend(learner, postcode="RG1 4PN")

        def show(learner: str = learner, barrier: Barrier = barrier) -> None:
            barrier.wait()
            intake.send(photograph(clock, learner))

        def forget(learner: str = learner, barrier: Barrier = barrier) -> None:
            barrier.wait()
            erase(intake.context, clock, learner)

        with ThreadPoolExecutor(3) as pool:
            tasks = [pool.submit(act) for act in (amend, show, forget)]
        for task in tasks:
            assert task.exception() is None or isinstance(task.exception(), Refusal)
        assert intake.learner(learner).details == ERASED
