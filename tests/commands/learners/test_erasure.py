"""Erasing a person: what is lost, what stays, and what cannot be asked any more."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from aggregates.errors import NotFound, Refusal
from aggregates.learners.details import ERASED
from aggregates.learners.learner import (
    ImageErased,
    ImageMissing,
    LearnerIsErased,
)
from aggregates.reason import ReasonMissing
from aggregates.registrations.registration_state import Status
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
def upload_centre(store: EventStore, clock: Clock) -> UploadCentre:
    return UploadCentre(store=store, now=clock)


def test_a_person_who_is_erased_is_known_by_their_number_alone(
    any_store: EventStore, clock: Clock
) -> None:
    """H6: who erased them and why stays, and so does all that happened."""
    upload_centre = UploadCentre(store=any_store, now=clock)
    learner = upload_centre.create()
    upload_centre.send(photograph(clock, learner))
    upload_centre.amend(learner, family_name="Darcy", centre_reference="X")
    erase(upload_centre.context, clock, learner)
    assert upload_centre.learner(learner).details == ERASED
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
    upload_centre: UploadCentre, clock: Clock
) -> None:
    """H6: the second one finds rows that the first did not."""
    learner = upload_centre.create()
    group = upload_centre.checked(cells(uln=OTHER_ULN))
    row = stream_of(record_called(group, 2))
    assert erase(upload_centre.context, clock, learner).position is not None
    assert upload_centre.records(group)[2].cells
    assert erase(upload_centre.context, clock, learner, row).position is None
    assert not upload_centre.records(group)[2].cells
    with pytest.raises(PersonIsErased):
        upload_centre.put_right(group, 2, uln="")


@pytest.mark.parametrize("reason", ["", "  "])
def test_erasing_has_a_reason(
    upload_centre: UploadCentre, clock: Clock, reason: str
) -> None:
    """H6, H1."""
    learner = upload_centre.create()
    with pytest.raises(ReasonMissing, match="without naming") as refusal:
        erase(upload_centre.context, clock, learner, reason=reason)
    assert refusal.value.path == ("reason",)
    assert refusal.value.code == "erasure-needs-reason"
    assert upload_centre.learner(learner).details == DETAILS


def test_who_is_not_known_cannot_be_erased(
    upload_centre: UploadCentre, clock: Clock
) -> None:
    """H6."""
    for name in ("L-0000000099X", GROUP):
        with pytest.raises(NotFound):
            erase(upload_centre.context, clock, name)


def test_the_uln_of_somebody_erased_is_free_again(
    any_store: EventStore, clock: Clock
) -> None:
    """H6, U6: after a rebuild of what is reserved as well."""
    upload_centre = UploadCentre(store=any_store, now=clock)
    erase(upload_centre.context, clock, upload_centre.create())
    erase(upload_centre.context, clock, upload_centre.create(cells(uln="")))
    any_store.rebuild_reservations()
    assert upload_centre.learner(upload_centre.create()).details.uln == ULN


def test_somebody_erased_is_amended_no_more(
    upload_centre: UploadCentre, clock: Clock
) -> None:
    """H6, L1, L2."""
    learner = upload_centre.create()
    upload_centre.send(photograph(clock, learner))
    erase(upload_centre.context, clock, learner)
    with pytest.raises(LearnerIsErased, match="Leave them out"):
        upload_centre.amend(learner, family_name="Darcy")
    with pytest.raises(LearnerIsErased):
        upload_centre.send(photograph(clock, learner))


def test_images_are_erased_with_the_person(
    upload_centre: UploadCentre, clock: Clock
) -> None:
    """H6, H3: as they were before, too."""
    learner = upload_centre.create()
    upload_centre.send(photograph(clock, learner))
    before = clock()
    clock.advance(hours=1)
    erase(upload_centre.context, clock, learner)
    past = CommandContext(
        store=upload_centre.store.as_at(before), catalogue=upload_centre.catalogue
    )
    for context in (upload_centre.context, past):
        with pytest.raises(ImageErased, match="cannot be brought back"):
            read_image(context, learner, PHOTO, MACHINE)
    with pytest.raises(ImageErased):
        read_image(upload_centre.context, learner, ImageKind.SIGNATURE, MACHINE)
    with pytest.raises(ImageMissing):
        read_image(past, learner, ImageKind.SIGNATURE, MACHINE)


def test_somebody_erased_cannot_be_ordered_for(store: EventStore, clock: Clock) -> None:
    """H6, O3: by name; a group goes without them."""
    order_centre = OrderCentre(store=store, now=clock)
    order_centre.open()
    order_centre.know(ANNA, BENNO)
    order_centre.group(GROUP, ANNA, BENNO)
    erase(order_centre.context, clock, ANNA)
    with pytest.raises(LearnerIsErased) as refusal:
        order_centre.ready(ANNA)
    assert refusal.value.path == ("learners", 0, "learners")
    other = order_centre.begin(Linking(groups=(GROUP,)), products=[SINGLE])
    assert [*order_centre.order(other).lines[SINGLE].learners] == [BENNO]


def test_somebody_erased_cannot_be_entered_for_a_test(
    upload_centre: UploadCentre, clock: Clock
) -> None:
    """H6, B2."""
    learner = upload_centre.create()
    erase(upload_centre.context, clock, learner)
    entry = Entry(learner=learner, qualification=SINGLE, unit="", delivery="Paper")
    with pytest.raises(LearnerIsErased) as refusal:
        upload_centre.send(
            BeginEntryOrder(by=ADMINISTRATOR, at=clock(), entries=(entry,))
        )
    assert refusal.value.path == ("entries", 0, "learner")


def test_an_order_confirmed_before_stays_as_it_is(
    store: EventStore, clock: Clock
) -> None:
    """H6, O5: and answers the same when it is sent again."""
    order_centre = OrderCentre(store=store, now=clock)
    order_centre.open()
    order_centre.know(ANNA)
    order = order_centre.ready(ANNA)
    order_centre.confirm(order)
    erase(order_centre.context, clock, ANNA)
    order_centre.confirm(order)
    assert [made.learner for made in order_centre.made()] == [ANNA]


def test_somebody_erased_cannot_be_claimed_for(
    store: EventStore, clock: Clock, claim_centre: ClaimCentre
) -> None:
    """H6, M4, M13: what was certificated before stays."""
    order_centre = OrderCentre(store=store, now=clock)
    submitted = claim_centre.begin({ANN: PASSED})
    claim_centre.submit(submitted)
    claim_centre.process(submitted)
    draft = claim_centre.begin({})
    erase(order_centre.context, clock, ANN, end_in_flight=True)
    erase(order_centre.context, clock, BEN)
    for asked in (
        lambda: claim_centre.choose(draft, [BEN]),
        lambda: claim_centre.begin({BEN: PASSED}),
    ):
        with pytest.raises(LearnerIsErased, match=BEN):
            asked()
    assert claim_centre.claim(submitted).learners[ANN].certificate
    assert claim_centre.status(ANNS) is Status.COMPLETED


def test_the_registration_of_somebody_erased_is_not_reopened(
    claim_centre: ClaimCentre,
) -> None:
    """H6, M14: their certificate would go out of force, and none could follow it."""
    claim = claim_centre.processed({ANN: PASSED})
    erase(claim_centre.context, Clock(claim_centre.now()), ANN, end_in_flight=True)
    erase(claim_centre.context, Clock(claim_centre.now()), BEN)
    with pytest.raises(LearnerIsErased, match=ANN):
        claim_centre.reopen(ANNS)
    number = claim_centre.certificate(claim, ANN)
    assert load_known(CERTIFICATE, number, store=claim_centre.store)[1].is_in_force
    with pytest.raises(LearnerIsErased, match=BEN):
        claim_centre.send(
            ChangePathway(
                by=SPECIALIST,
                at=claim_centre.now(),
                registration=BENS,
                pathway="SHORT",
                reason="Wrong pathway",
            )
        )


def test_a_row_is_not_linked_to_somebody_erased(
    upload_centre: UploadCentre, clock: Clock
) -> None:
    """H6, U6."""
    learner = upload_centre.create()
    upload_centre.known[DETAILS.likeness] = [learner]
    group = upload_centre.checked(cells(uln=""))
    erase(upload_centre.context, clock, learner)
    with pytest.raises(LearnerIsErased) as refusal:
        upload_centre.put_right(group, 2, link_to=learner)
    assert refusal.value.path == ("link_to",)


def test_nothing_personal_is_kept_by_who_asks_as_somebody_is_erased(
    any_store: EventStore, clock: Clock
) -> None:
    """H6: whoever is first, a change is refused in plain words or lost with the rest."""
    upload_centre = UploadCentre(store=any_store, now=clock)
    for _ in range(4):
        learner, barrier = upload_centre.create(cells(uln="")), Barrier(3)

        def amend(learner: str = learner, barrier: Barrier = barrier) -> None:
            barrier.wait()
            upload_centre.amend(learner, postcode="RG1 4PN")

        def show(learner: str = learner, barrier: Barrier = barrier) -> None:
            barrier.wait()
            upload_centre.send(photograph(clock, learner))

        def forget(learner: str = learner, barrier: Barrier = barrier) -> None:
            barrier.wait()
            erase(upload_centre.context, clock, learner)

        with ThreadPoolExecutor(3) as pool:
            tasks = [pool.submit(act) for act in (amend, show, forget)]
        for task in tasks:
            assert task.exception() is None or isinstance(task.exception(), Refusal)
        assert upload_centre.learner(learner).details == ERASED
