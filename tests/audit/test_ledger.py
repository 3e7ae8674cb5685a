"""Whatever is done to stored events behind the service's back is found (H5)."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4
from zipfile import ZipFile

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import verify_bundle
from audit.bundle import NothingSealed, write_bundle
from audit.head import Head
from audit.leaf import leaf_of
from audit.ledger import NAME, ForeignEvent, Ledger, PositionNotSealed
from audit.tree import is_consistent, is_included
from audit.verification import Kind, Verification, verify
from projections.database import open_database
from store import EventStore
from tests.clock import Clock
from tests.store.examples import ANN, change, zoe

EVENTS = 9
LATER = """UPDATE stored_events
    SET recorded_at = '2026-11-25T10:00:00.000000+00:00' WHERE position = ?"""


class Office:
    """A store and its ledger, and somebody who has the database in hand."""

    def __init__(self, store: EventStore, url: str, clock: Clock) -> None:
        self.store, self.url = store, url
        self.ledger = Ledger(store, open_database(url, NAME), clock)
        self._saved: tuple[list[tuple[object, ...]], ...] = ()

    def record(self, events: int) -> None:
        for _ in range(events):
            self.store.append(change(zoe()), by=ANN)

    def verify(self, witness: Head | None = None) -> Verification:
        return verify(self.ledger, witness=witness)

    def found(self) -> tuple[Kind, int] | None:
        finding = self.verify().finding
        return (finding.kind, finding.position) if finding else None

    @property
    def position(self) -> str:
        """The column that says how far along an event lies."""
        return "position" if self.url.startswith("sqlite") else "notification_id"

    def alter(self, statement: str, *values: object, file: str = "events") -> None:
        if file == "events":
            statement = statement.replace("position", self.position)
        if self.url.startswith("sqlite:///"):
            folder = Path(self.url.removeprefix("sqlite:///"))
            with closing(sqlite3.connect(folder / f"{file}.db")) as opened, opened:
                opened.execute(statement, values)
            return
        with psycopg.connect(self.url) as server:
            if file != "events":
                server.execute(f"SET search_path = {file}".encode())
            server.execute(statement.replace("?", "%s").encode(), values)


@pytest.fixture
def office(any_store: EventStore, database_url: str, clock: Clock) -> Generator[Office]:
    office = Office(any_store, database_url, clock)
    yield office
    office.ledger.stop()


@pytest.fixture
def sealed(office: Office) -> Office:
    """Give a store of events that are all in the ledger, by several batches."""
    for _ in range(3):
        office.record(EVENTS // 3)
        office.ledger.catch_up()
    return office


def test_events_that_nobody_touched_are_found_to_be_whole(sealed: Office) -> None:
    """H5."""
    sealed.record(2)
    verification = sealed.verify()
    assert verification.finding is None
    assert (verification.events, verification.unsealed) == (EVENTS + 2, 2)
    assert verification.head is not None
    assert verification.head.size == EVENTS


def test_a_store_without_events_is_whole(office: Office) -> None:
    assert office.verify() == Verification(events=0, head=None)
    with pytest.raises(NothingSealed):
        write_bundle(office.ledger, Path("bundle.zip"))


def test_whole_still_are_events_of_a_person_whose_data_were_erased(
    sealed: Office,
) -> None:
    """H5, H6: the tree does not depend on personal values being readable."""
    event = sealed.store.log(after=0, limit=1)[0].event
    sealed.store.forget(vars(event)["person_id"])
    assert sealed.found() is None


@pytest.mark.parametrize("position", [1, 5, EVENTS])
@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE stored_events SET topic = 'x' WHERE position = ?", Kind.ALTERED),
        (
            LATER,
            Kind.ALTERED,
        ),
        ("DELETE FROM stored_events WHERE position = ?", Kind.REMOVED),
    ],
)
def test_what_was_altered_or_removed_is_named(
    sealed: Office, position: int, statement: str, kind: Kind
) -> None:
    """H5."""
    sealed.alter(statement, position)
    assert sealed.found() == (kind, position)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_byte_of_any_event_that_is_flipped_is_found(
    sealed: Office, data: st.DataObject
) -> None:
    """H5."""
    rows = sealed.store.stored(after=0)
    row = rows[data.draw(st.integers(0, EVENTS - 1))]
    at = data.draw(st.integers(0, len(row.state) - 1))
    flipped = bytearray(row.state)
    flipped[at] ^= 1 << data.draw(st.integers(0, 7))
    put = "UPDATE stored_events SET state = ? WHERE position = ?"
    sealed.alter(put, bytes(flipped), row.position)
    assert sealed.found() == (Kind.ALTERED, row.position)
    sealed.alter(put, row.state, row.position)
    assert sealed.found() is None


def swap(office: Office, first: int, second: int) -> None:
    put = "UPDATE stored_events SET position = ? WHERE position = ?"
    for of, to in ((first, 100), (second, first), (100, second)):
        office.alter(put, to, of)


def test_two_events_that_were_swapped_are_found(sealed: Office) -> None:
    """H5."""
    swap(sealed, 3, 6)
    assert sealed.found() == (Kind.ALTERED, 3)


@pytest.mark.parametrize("back_to", [0, 4, EVENTS - 1])
def test_a_tail_that_was_rolled_back_is_found_even_if_work_went_on(
    sealed: Office, back_to: int
) -> None:
    """H5."""
    sealed.alter("DELETE FROM stored_events WHERE position > ?", back_to)
    assert sealed.found() == (Kind.REMOVED, back_to + 1)
    sealed.record(EVENTS)
    assert sealed.found() in (
        (Kind.ALTERED, back_to + 1),  # SQLite gives the position again
        (Kind.REMOVED, back_to + 1),
    )


INSERT = (
    "INSERT INTO stored_events (position, originator_id, originator_version, topic,"
    " recorded_at, state) VALUES (?, ?, ?, ?, ?, ?)"
)


def forged(office: Office, position: int) -> None:
    """Insert an event like another, into a stream of its own."""
    row = office.store.stored(after=0)[0]
    stream: UUID | str = uuid4()
    if office.url.startswith("sqlite"):
        stream = UUID(str(stream)).hex
    office.alter(
        INSERT, position, stream, 1, row.topic, row.recorded_at.isoformat(), row.state
    )


def test_an_event_inserted_in_a_gap_is_found(sealed: Office) -> None:
    """H5."""
    forged(sealed, 0)
    assert sealed.found() == (Kind.INSERTED, 0)


def test_an_event_inserted_at_the_end_is_found_and_is_never_sealed(
    sealed: Office,
) -> None:
    """H5: it does not show that this service wrote it, so the ledger stops at it."""
    forged(sealed, EVENTS + 1)
    assert sealed.found() == (Kind.INSERTED, EVENTS + 1)
    with pytest.raises(ForeignEvent, match=f"position {EVENTS + 1}"):
        sealed.ledger.catch_up()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE heads SET root = signature WHERE size = 6",
        "UPDATE heads SET signature = peaks WHERE size = 6",
        "DELETE FROM leaves WHERE number > 7",
    ],
)
def test_a_ledger_that_was_altered_too_gives_itself_away(
    sealed: Office, statement: str
) -> None:
    """H5: its heads are signed under a key that is not in the database."""
    if "peaks" in statement:
        statement = statement.replace("peaks", "root")
    sealed.alter(statement, file=NAME)
    found = sealed.found()
    assert found is not None
    assert found[0] is Kind.LEDGER


def test_an_event_and_its_leaf_altered_together_are_found_by_the_signed_heads(
    sealed: Office,
) -> None:
    """H5."""
    swap(sealed, 4, 5)
    for row in sealed.store.stored(after=0)[3:5]:
        put = "UPDATE leaves SET hash = ? WHERE position = ?"
        sealed.alter(put, leaf_of(row), row.position, file=NAME)
    assert sealed.found() == (Kind.LEDGER, 3)


def test_a_head_that_was_kept_elsewhere_tells_a_store_that_was_put_back(
    sealed: Office,
) -> None:
    """H5: events and ledger together, as an older backup has them."""
    witness = sealed.ledger.head()
    assert witness is not None
    assert sealed.verify(witness).finding is None
    sealed.alter("DELETE FROM stored_events WHERE position > ?", 6)
    sealed.alter("DELETE FROM leaves WHERE number >= 6", file=NAME)
    sealed.alter("DELETE FROM heads WHERE size > 6", file=NAME)
    assert sealed.found() is None
    finding = sealed.verify(witness).finding
    assert finding is not None
    assert finding.kind is Kind.REMOVED
    other = replace(witness, size=3)
    finding = sealed.verify(other).finding
    assert finding is not None
    assert "is of others" in finding.message
    published = json.loads(json.dumps(witness.document(sealed.store.public_key)))
    assert Head.of(published) == witness
    with pytest.raises(ValueError, match="not a tree head"):
        Head.of({"size": 1})


def test_every_event_is_proved_to_be_in_the_tree_and_the_tree_to_have_grown(
    sealed: Office,
) -> None:
    """H5: inclusion and consistency, in the shape of RFC 9162."""
    sizes = [head.size for head in sealed.ledger.heads(most=EVENTS)]
    assert sizes == [3, 6, 9]
    roots = {head.size: head.root for head in sealed.ledger.heads(most=EVENTS)}
    for row in sealed.store.stored(after=0):
        number, head, proof = sealed.ledger.inclusion(row.position)
        assert is_included(leaf_of(row), number, head.size, proof, head.root)
    proof = sealed.ledger.consistency(3, 9)
    assert is_consistent(3, 9, proof, (roots[3], roots[9]))
    with pytest.raises(PositionNotSealed):
        sealed.ledger.inclusion(EVENTS + 1)
    with pytest.raises(ValueError, match="no tree of 10"):
        sealed.ledger.consistency(3, EVENTS + 1)


def test_the_ledger_follows_what_is_recorded_by_itself(office: Office) -> None:
    office.ledger.start()
    office.record(4)
    assert office.ledger.wait_for(office.store.head(), 10)
    assert office.ledger.behind() == {NAME: (4, 4)}
    assert office.ledger.errors == {}
    assert office.ledger.handle(0, office.store.stored(after=0)) == 4


# The bundle


@pytest.fixture
def bundle(sealed: Office, tmp_path: Path) -> Path:
    file = tmp_path / "bundle.zip"
    assert write_bundle(sealed.ledger, file) == EVENTS
    return file


def test_a_bundle_is_verified_by_its_own_script_alone(
    sealed: Office, bundle: Path, tmp_path: Path
) -> None:
    """H5: on a machine without this project, python -I has no other packages."""
    with ZipFile(bundle) as opened:
        opened.extract("verify_bundle.py", tmp_path)
    done = subprocess.run(  # noqa: S603 - the script that is tested
        [
            sys.executable,
            "-I",
            "-S",
            tmp_path / "verify_bundle.py",
            bundle,
            "--key",
            sealed.store.public_key.hex(),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"All {EVENTS} events are as the service signed them" in done.stdout


def changed(bundle: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """Copy a bundle with one of its files changed."""
    copy = bundle.with_name(f"{uuid4().hex}.zip")
    with ZipFile(bundle) as old, ZipFile(copy, "w") as new:
        for each in old.namelist():
            content = old.read(each)
            new.writestr(each, change(content) if each == name else content)
    return copy


def lines(change: Callable[[list[bytes]], None]) -> Callable[[bytes], bytes]:
    def changed(content: bytes) -> bytes:
        rows = content.splitlines(keepends=True)
        change(rows)
        return b"".join(rows)

    return changed


@pytest.mark.parametrize(
    "done",
    [
        lambda rows: rows.pop(4),
        lambda rows: rows.pop(),
        lambda rows: rows.insert(4, rows[4]),
        lambda rows: rows.__setitem__(4, rows[4].replace(b"learner", b"leaner")),
        lambda rows: rows.append(rows[-1].replace(b'"position": 9', b'"position": 10')),
    ],
)
def test_a_bundle_that_was_tampered_with_is_refused(
    bundle: Path, done: Callable[[list[bytes]], None]
) -> None:
    """H5."""
    assert verify_bundle.main([str(changed(bundle, "events.jsonl", lines(done)))]) == 3


def test_a_bundle_with_a_head_that_others_signed_is_refused(
    bundle: Path, sealed: Office, tmp_path: Path
) -> None:
    """H5."""
    early = next(sealed.ledger.heads(most=3)).document(sealed.store.public_key)
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps(early))
    assert verify_bundle.main([str(bundle), "--head", str(kept)]) == 0
    kept.write_text(json.dumps({**early, "root": "00" * 32}))
    assert verify_bundle.main([str(bundle), "--head", str(kept)]) == 3
    assert verify_bundle.main([str(bundle), "--key", "00" * 32]) == 3
    forged = changed(bundle, "head.json", lambda b: b.replace(b"2026", b"2025"))
    assert verify_bundle.main([str(forged)]) == 3
    assert verify_bundle.main([str(changed(bundle, "head.json", lambda _: b"{}"))]) == 3
