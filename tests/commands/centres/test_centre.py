"""What is asked about centres: on facts, by the catalogue, and never about another's."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from aggregates.catalogue_refusals import ProductUnknown
from aggregates.centres.centre import Centre, CentreIsOpen
from aggregates.errors import NotFound
from aggregates.reason import ReasonMissing
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
    claim_centre: ClaimCentre, kind: Callable[..., Command], **values: object
) -> CommandResult:
    command = kind(
        **{"at": claim_centre.now(), "by": SPECIALIST, "reason": WHY, **values}
    )
    return handle(command, claim_centre.context)


def centre(claim_centre: ClaimCentre, number: str = CENTRE) -> Centre:
    return load_known(aggregate_types.CENTRE, number, store=claim_centre.store)[1]


def test_a_centre_is_opened_and_owns_itself(claim_centre: ClaimCentre) -> None:
    done = asked(claim_centre, OpenCentre, number=NEW, name="Harbour Skills")
    assert done.created_id == NEW
    assert centre(claim_centre, NEW).name == "Harbour Skills"
    assert (
        load_known(aggregate_types.CENTRE, NEW, store=claim_centre.store)[0].owner
        == NEW
    )


def test_a_centre_is_opened_once(claim_centre: ClaimCentre) -> None:
    with pytest.raises(CentreIsOpen, match=f"{CENTRE} already: Riverside Training"):
        asked(claim_centre, OpenCentre, number=CENTRE, name="Another")


def test_an_account_specialist_says_why_a_centre_is_opened(
    claim_centre: ClaimCentre,
) -> None:
    """Section 2."""
    with pytest.raises(ReasonMissing):
        asked(claim_centre, OpenCentre, number=NEW, name="Harbour Skills", reason=None)


def test_an_approval_is_withdrawn_and_granted_at_the_version_looked_at(
    claim_centre: ClaimCentre,
) -> None:
    """Section 2."""
    product = {"centre": CENTRE, "product": REFERENCE}
    assert (
        asked(claim_centre, WithdrawApproval, **product, expect=3).position is not None
    )
    assert centre(claim_centre).approvals == {OTHER_REFERENCE}
    with pytest.raises(Stale):
        asked(claim_centre, GrantApproval, **product, expect=3)
    assert asked(claim_centre, GrantApproval, **product, expect=4).position is not None
    assert asked(claim_centre, GrantApproval, **product).position is None
    assert centre(claim_centre).approvals == {REFERENCE, OTHER_REFERENCE}


def test_what_is_no_product_is_not_approved(claim_centre: ClaimCentre) -> None:
    with pytest.raises(ProductUnknown) as refusal:
        asked(claim_centre, GrantApproval, centre=CENTRE, product="Q-1")
    assert refusal.value.path == ("product",)


def test_a_centre_that_is_not_open_is_not_found(claim_centre: ClaimCentre) -> None:
    for kind in (GrantApproval, WithdrawApproval):
        with pytest.raises(NotFound):
            asked(claim_centre, kind, centre=NEW, product=REFERENCE)


def test_staff_know_of_their_own_centre_alone(claim_centre: ClaimCentre) -> None:
    """Section 2."""
    kind = aggregate_types.CENTRE
    for reader in (ADMINISTRATOR, SPECIALIST):
        assert (
            load(kind, CENTRE, store=claim_centre.store, reader=reader)[0].version == 3
        )
    with pytest.raises(NotFound):
        load(kind, CENTRE, store=claim_centre.store, reader=STRANGER)


def listed(claim_centre: ClaimCentre, *approvals: str) -> CommandContext:
    centres = tuple(
        CentreEntry(number=number, name="Listed", approvals=approvals)
        for number in (CENTRE, NEW)
    )
    return replace(claim_centre.context, catalogue=replace(CATALOGUE, centres=centres))


def test_the_catalogues_centres_are_opened_once_and_what_is_new_there_is_granted(
    claim_centre: ClaimCentre,
) -> None:
    command = OpenListedCentres(by=SERVICE, at=claim_centre.now())
    assert handle(command, listed(claim_centre, REFERENCE)).position is not None
    assert centre(claim_centre).name == "Riverside Training"
    assert centre(claim_centre, NEW).approvals == {REFERENCE}
    assert handle(command, listed(claim_centre, REFERENCE)).position is None
    asked(claim_centre, WithdrawApproval, centre=NEW, product=REFERENCE)
    handle(command, listed(claim_centre, REFERENCE, OTHER_REFERENCE))
    assert centre(claim_centre, NEW).approvals == {OTHER_REFERENCE}
