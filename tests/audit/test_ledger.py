"""The ledger seals what is recorded, and what is sealed is proved (H5)."""

from pathlib import Path
from uuid import uuid4

import pytest

from audit.bundle import NothingSealed, write_bundle
from audit.finding import FindingKind
from audit.leaf import leaf_of
from audit.ledger import (
    NAME,
    ForeignEvent,
    LedgerAltered,
    NotAsSealed,
    PositionNotSealed,
)
from audit.tree import is_consistent, is_included
from audit.verification import AuditResult
from store import Unreadable
from tests.audit.audited_service import EVENTS, SPAN, AuditedService
from tests.clock import PATIENCE


def test_events_that_nobody_touched_are_found_to_be_whole(
    sealed: AuditedService,
) -> None:
    """H5."""
    sealed.record(2)
    verification = sealed.verify()
    assert verification.finding is None
    assert (verification.events, verification.unsealed) == (EVENTS + 2, 2)
    assert verification.head is not None
    assert verification.head.size == EVENTS


def test_a_store_without_events_is_whole(audited_service: AuditedService) -> None:
    assert audited_service.verify() == AuditResult(events=0, head=None)
    with pytest.raises(NothingSealed):
        write_bundle(audited_service.ledger, Path("bundle.zip"))


def test_whole_still_are_events_of_a_person_whose_data_were_erased(
    sealed: AuditedService,
) -> None:
    """H5, H6: the tree does not depend on personal values being readable."""
    event = sealed.store.log(after=0, limit=1)[0].event
    sealed.store.forget(vars(event)["person_id"])
    assert sealed.found() is None


def test_an_event_inserted_at_the_end_is_never_sealed(sealed: AuditedService) -> None:
    """H5: it does not show that this service wrote it, so the ledger stops at it."""
    sealed.record(1)
    stream = uuid4()
    sealed.alter(
        "UPDATE stored_events SET originator_id = ? WHERE position = ?",
        stream.hex if sealed.is_sqlite else stream,
        EVENTS + 1,
    )
    assert sealed.found() == (FindingKind.INSERTED, EVENTS + 1)
    with pytest.raises(ForeignEvent, match=f"position {EVENTS + 1}"):
        sealed.ledger.catch_up()


@pytest.mark.parametrize("first", [1, EVENTS])
def test_nothing_is_sealed_after_an_event_that_is_not_there_as_it_was(
    sealed: AuditedService, first: int
) -> None:
    """H5: as soon as the service looks, and still when others are in its place."""
    sealed.ledger.catch_up()
    sealed.alter("DELETE FROM stored_events WHERE position >= ?", first)
    for _ in range(2):
        with pytest.raises(NotAsSealed, match=f"position {EVENTS} is not there"):
            sealed.ledger.catch_up()
        sealed.record(EVENTS + 1 - first)


@pytest.mark.parametrize("is_sealed", [False, True])
def test_a_genuine_event_that_stands_in_its_stream_twice_is_found(
    sealed: AuditedService, *, is_sealed: bool
) -> None:
    """H5: whoever has the database in hand can take its constraints away."""
    if sealed.is_sqlite:
        sealed.alter("CREATE TABLE copied AS SELECT * FROM stored_events")
        sealed.alter("DROP TABLE stored_events")
        sealed.alter("ALTER TABLE copied RENAME TO stored_events")
    else:
        sealed.alter("ALTER TABLE stored_events DROP CONSTRAINT stored_events_pkey")
    sealed.alter(
        "INSERT INTO stored_events (position, originator_id, originator_version, topic,"
        " recorded_at, state) SELECT position + 6, originator_id, originator_version,"
        " topic, recorded_at, state FROM stored_events WHERE position = 4"
    )
    if is_sealed:
        sealed.ledger.catch_up()
    assert sealed.found() == (FindingKind.INSERTED, EVENTS + 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE heads SET root = signature",
        "UPDATE heads SET signature = root",
        "UPDATE heads SET signed_at = '2026-11-25 10:00:00.000000'",
        "UPDATE heads SET peaks = root",
        "UPDATE heads SET peaks = signature",
        "UPDATE heads SET size = size - 1",
        "DELETE FROM heads WHERE size = 9",
        "DELETE FROM heads",
        "DELETE FROM leaves WHERE number > 7",
    ],
)
def test_nothing_is_signed_on_top_of_a_ledger_that_was_altered(
    sealed: AuditedService, statement: str
) -> None:
    """H5: else the service would lend its signature to a tree of somebody's making."""
    sealed.alter(statement, file=NAME)
    assert sealed.finding().kind is FindingKind.LEDGER
    sealed.record(1)
    with pytest.raises(LedgerAltered, match="The ledger was altered: "):
        sealed.ledger.catch_up()


def test_a_value_that_cannot_be_read_does_not_hide_what_is_wrong(
    sealed: AuditedService,
) -> None:
    """H5: and whoever reads that event is told what to do."""
    sealed.alter("UPDATE stored_events SET state = ? WHERE position = 5", b"{\xff")
    assert sealed.found() == (FindingKind.ALTERED, 5)
    with pytest.raises(Unreadable, match=r"position 5 .* audit verify"):
        sealed.store.log(after=0)
    if sealed.is_sqlite:
        never = "UPDATE leaves SET hash = 'text' WHERE number = 2"
    else:
        never = "UPDATE heads SET signed_at = 'infinity'"
    sealed.alter(never, file=NAME)
    assert "cannot be read" in sealed.finding().message


def test_an_event_and_its_leaf_altered_together_are_found_by_the_signed_heads(
    sealed: AuditedService,
) -> None:
    """H5: whatever vouches for itself is put at another place, and sealed there."""
    put = "UPDATE stored_events SET position = ? WHERE position = ?"
    for of, to in ((4, 100), (5, 4), (100, 5)):
        sealed.alter(put, to, of)
    for row in sealed.rows()[3:5]:
        put = "UPDATE leaves SET hash = ? WHERE position = ?"
        sealed.alter(put, leaf_of(row), row.position, file=NAME)
    assert sealed.found() == (FindingKind.LEDGER, 3)


def test_one_head_in_a_span_of_events_is_kept_and_the_last(
    audited_service: AuditedService,
) -> None:
    """So many signatures, and no more, are checked: also where each event has one."""
    for _ in range(2 * SPAN + 2):
        audited_service.seal(1)
    heads = [head.size for head in audited_service.ledger.heads(most=EVENTS)]
    assert heads == [SPAN - 1, 2 * SPAN - 1, 2 * SPAN + 2]
    assert audited_service.found() is None


def test_a_ledger_that_is_put_back_under_a_service_that_runs_is_told(
    sealed: AuditedService,
) -> None:
    sealed.put_ledger_back(6)
    sealed.record(1)
    with pytest.raises(LedgerAltered, match="put back from 9 to 6"):
        sealed.ledger.handle(EVENTS, sealed.store.read_stored(after=EVENTS))


def test_every_event_is_proved_to_be_in_the_tree_and_the_tree_to_have_grown(
    sealed: AuditedService,
) -> None:
    """H5: inclusion and consistency, in the shape of RFC 9162."""
    roots = {head.size: head.root for head in sealed.ledger.heads(most=EVENTS)}
    assert [*roots] == [3, 6, 9]
    for row in sealed.rows():
        number, head, proof = sealed.ledger.inclusion(row.position)
        assert is_included(leaf_of(row), number, head.size, proof, head.root)
    proof = sealed.ledger.consistency(3, 9)
    assert is_consistent(3, 9, proof, (roots[3], roots[9]))
    with pytest.raises(PositionNotSealed):
        sealed.ledger.inclusion(EVENTS + 1)
    with pytest.raises(ValueError, match="no tree of size 10"):
        sealed.ledger.consistency(3, EVENTS + 1)
    sealed.alter("DELETE FROM nodes", file=NAME)
    with pytest.raises(LedgerAltered, match="was removed from it"):
        sealed.ledger.consistency(3, 9)


def test_the_ledger_follows_what_is_recorded_by_itself(
    audited_service: AuditedService,
) -> None:
    audited_service.ledger.start()
    audited_service.record(4)
    assert audited_service.ledger.wait_for(audited_service.store.head(), PATIENCE)
    assert audited_service.ledger.behind() == {NAME: (4, 4)}
    assert audited_service.ledger.errors == {}
    assert (
        audited_service.ledger.handle(0, audited_service.store.read_stored(after=0))
        == 4
    )
