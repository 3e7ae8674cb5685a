"""What is asked about centres: on facts, by the catalogue, and never about another's."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from aggregates.centres.centre import ApprovalProductUnknown, Centre, CentreIsOpen
from aggregates.centres.user import UserReasonMissing
from aggregates.errors import NotFound
from catalogue.catalogue import CentreEntry
from commands.centres.centre import (
    GrantApproval,
    OpenCentre,
    OpenListedCentres,
    WithdrawApproval,
)
from commands.command import Command, CommandContext, CommandResult, handle
from events.centres.user import Role
from repositories import aggregate_types
from repositories.repository import Stale, load, load_known
from tests.claim_examples import CATALOGUE, CENTRE, OTHER_REFERENCE, REFERENCE
from tests.commands.claim_centre import ADMINISTRATOR, SERVICE, STRANGER, ClaimCentre

SPECIALIST = replace(
    ADMINISTRATOR, user="specialist", role=Role.ACCOUNT_SPECIALIST, centre=None
)
NEW, WHY = "60344", "They were visited."


def asked(
    office: ClaimCentre, kind: Callable[..., Command], **values: object
) -> CommandResult:
    command = kind(**{"at": office.now(), "by": SPECIALIST, "reason": WHY, **values})
    return handle(command, office.context)


def centre(office: ClaimCentre, number: str = CENTRE) -> Centre:
    return load_known(aggregate_types.CENTRE, number, store=office.store)[1]


def test_a_centre_is_opened_and_owns_itself(office: ClaimCentre) -> None:
    done = asked(office, OpenCentre, number=NEW, name="Harbour Skills")
    assert done.created_id == NEW
    assert centre(office, NEW).name == "Harbour Skills"
    assert load_known(aggregate_types.CENTRE, NEW, store=office.store)[0].owner == NEW


def test_a_centre_is_opened_once(office: ClaimCentre) -> None:
    with pytest.raises(CentreIsOpen, match=f"{CENTRE} already: Riverside Training"):
        asked(office, OpenCentre, number=CENTRE, name="Another")


def test_an_account_specialist_says_why_a_centre_is_opened(office: ClaimCentre) -> None:
    """Section 2."""
    with pytest.raises(UserReasonMissing):
        asked(office, OpenCentre, number=NEW, name="Harbour Skills", reason=None)


def test_an_approval_is_withdrawn_and_granted_at_the_version_looked_at(
    office: ClaimCentre,
) -> None:
    """Section 2."""
    product = {"centre": CENTRE, "product": REFERENCE}
    assert asked(office, WithdrawApproval, **product, expect=3).position is not None
    assert centre(office).approvals == {OTHER_REFERENCE}
    with pytest.raises(Stale):
        asked(office, GrantApproval, **product, expect=3)
    assert asked(office, GrantApproval, **product, expect=4).position is not None
    assert asked(office, GrantApproval, **product).position is None
    assert centre(office).approvals == {REFERENCE, OTHER_REFERENCE}


def test_what_is_no_product_is_not_approved(office: ClaimCentre) -> None:
    with pytest.raises(ApprovalProductUnknown) as refusal:
        asked(office, GrantApproval, centre=CENTRE, product="Q-1")
    assert refusal.value.pointer == "/product"


def test_a_centre_that_is_not_open_is_not_found(office: ClaimCentre) -> None:
    for kind in (GrantApproval, WithdrawApproval):
        with pytest.raises(NotFound):
            asked(office, kind, centre=NEW, product=REFERENCE)


def test_staff_know_of_their_own_centre_alone(office: ClaimCentre) -> None:
    """Section 2."""
    kind = aggregate_types.CENTRE
    for reader in (ADMINISTRATOR, SPECIALIST):
        assert load(kind, CENTRE, store=office.store, reader=reader)[0].version == 3
    with pytest.raises(NotFound):
        load(kind, CENTRE, store=office.store, reader=STRANGER)


def listed(office: ClaimCentre, *approvals: str) -> CommandContext:
    centres = tuple(
        CentreEntry(number=number, name="Listed", approvals=approvals)
        for number in (CENTRE, NEW)
    )
    return replace(office.context, catalogue=replace(CATALOGUE, centres=centres))


def test_the_catalogues_centres_are_opened_once_and_what_is_new_there_is_granted(
    office: ClaimCentre,
) -> None:
    command = OpenListedCentres(by=SERVICE, at=office.now())
    assert handle(command, listed(office, REFERENCE)).position is not None
    assert centre(office).name == "Riverside Training"
    assert centre(office, NEW).approvals == {REFERENCE}
    assert handle(command, listed(office, REFERENCE)).position is None
    asked(office, WithdrawApproval, centre=NEW, product=REFERENCE)
    handle(command, listed(office, REFERENCE, OTHER_REFERENCE))
    assert centre(office, NEW).approvals == {OTHER_REFERENCE}
