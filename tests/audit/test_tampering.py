"""Whatever is done to stored events behind the service's back is found (H5).

Hypothesis picks what is done, to which event, and to which bit of what is stored of it.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from audit.finding import FindingKind
from audit.ledger import NAME
from store import open_store
from tests.audit.audited_service import EVENTS, AuditedService
from tests.store.examples import ANN, change, zoe

Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]
Found: TypeAlias = tuple[FindingKind, int]
Tampering: TypeAlias = Callable[[AuditedService, Draw], Found]
"""Does something to the events, and says what is to be found."""

NUMBERS = st.integers(1, EVENTS)
FEW = settings(
    max_examples=4,
    suppress_health_check=[
        HealthCheck.filter_too_much,
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
    ],
)
AT_LENGTH = settings(
    FEW, max_examples=settings.get_profile("prove").max_examples, derandomize=False
)
COLUMNS = (
    "position",
    "originator_id",
    "originator_version",
    "topic",
    "recorded_at",
    "state",
)
SIGN = 2**63
INSERT = (
    f"INSERT INTO stored_events ({', '.join(COLUMNS)})"  # noqa: S608 - names of ours
    " VALUES (?, ?, ?, ?, ?, ?)"
)
SINCE_2000 = (
    "timestamptz '2000-01-01 00:00+00' + ?::bigint / 1000000 * interval '1 second'"
    " + mod(?::bigint, 1000000) * interval '1 microsecond'"
)


def flipped(value: int, bit: int) -> int:
    """Flip a bit of a number of 64, the last of which is its sign."""
    return (
        (value ^ 1 << bit) if bit < 63 else value - SIGN if value >= 0 else value + SIGN
    )


def bit_of(content: bytes, draw: Draw, *, bits: int = 8) -> bytes:
    """Flip any bit of any byte."""
    at = draw(st.integers(0, len(content) - 1))
    mask = 1 << draw(st.integers(0, bits - 1))
    return content[:at] + bytes([content[at] ^ mask]) + content[at + 1 :]


def flip(audited_service: AuditedService, draw: Draw, *, column: str) -> Found:
    """Flip one bit of what is stored of an event in that column."""
    at = draw(NUMBERS)
    ((value,),) = audited_service.alter(
        f"SELECT {column} FROM stored_events WHERE position = ?",  # noqa: S608 - one of ours
        at,
    )
    put = f"UPDATE stored_events SET {column} = ? WHERE position = ?"  # noqa: S608 - the same
    if column == "position":
        to = flipped(at, draw(st.integers(0, 63)))
        assume(not 1 <= to <= EVENTS)
        audited_service.alter(put, to, at)
        return (FindingKind.INSERTED, to) if to < at else (FindingKind.REMOVED, at)
    if column == "originator_version":
        audited_service.alter(put, flipped(value, draw(st.integers(0, 63))), at)
    elif column == "state":
        audited_service.alter(put, bit_of(value, draw), at)
    elif audited_service.is_sqlite:
        text = bit_of(value.encode(), draw)
        audited_service.alter(put.replace("?", "CAST(? AS TEXT)", 1), text, at)
    elif column == "originator_id":
        audited_service.alter(put, UUID(bytes=bit_of(value.bytes, draw)), at)
    elif column == "topic":
        text = bit_of(value.encode(), draw, bits=7)
        assume(b"\0" not in text)
        audited_service.alter(put, text.decode(), at)
    else:
        ((moment,),) = audited_service.alter(
            "SELECT (extract(epoch FROM recorded_at) * 1000000)::bigint - 946684800000000"
            " FROM stored_events WHERE position = ?",
            at,
        )
        moment = flipped(moment, draw(st.integers(0, 63)))
        try:
            audited_service.alter(put.replace("?", SINCE_2000, 1), moment, moment, at)
        except psycopg.DataError:  # the server has no such moment either
            assume(False)  # noqa: FBT003 - as it is called
    return FindingKind.ALTERED, at


def remove(audited_service: AuditedService, draw: Draw) -> Found:
    at = draw(NUMBERS)
    audited_service.alter("DELETE FROM stored_events WHERE position = ?", at)
    return FindingKind.REMOVED, at


def swap(audited_service: AuditedService, draw: Draw) -> Found:
    first, second = draw(st.lists(NUMBERS, min_size=2, max_size=2, unique=True))
    put = "UPDATE stored_events SET position = ? WHERE position = ?"
    for of, to in ((first, 100), (second, first), (100, second)):
        audited_service.alter(put, to, of)
    return FindingKind.ALTERED, min(first, second)


def roll_back(audited_service: AuditedService, draw: Draw) -> Found:
    """Take a tail away, of any length; then let work go on, or not."""
    to = draw(st.integers(0, EVENTS - 1))
    audited_service.alter("DELETE FROM stored_events WHERE position > ?", to)
    if draw(st.booleans()):
        audited_service.record(draw(st.integers(1, EVENTS)))
        if audited_service.is_sqlite:  # which gives the position again
            return FindingKind.ALTERED, to + 1
    return FindingKind.REMOVED, to + 1


@dataclass(frozen=True, kw_only=True)
class Forgery:
    """An event that this service did not write where it is put."""

    stream: UUID
    version: int
    topic: str
    state: bytes

    def put(self, audited_service: AuditedService, position: int) -> None:
        row = audited_service.rows()[0]
        stream = self.stream.hex if audited_service.is_sqlite else self.stream
        at: object = row.recorded_at
        if audited_service.is_sqlite:
            at = row.recorded_at.isoformat(timespec="microseconds")
        audited_service.alter(
            INSERT, position, stream, self.version, self.topic, at, self.state
        )


def forgery(audited_service: AuditedService, draw: Draw) -> Forgery:
    """Make up an event: one's own, or a copy of a genuine one, next in its stream."""
    row = audited_service.rows()[draw(NUMBERS) - 1]
    is_next = draw(st.booleans())
    return Forgery(
        stream=row.stream if is_next else uuid4(),
        version=row.version + 1 if is_next else 1,
        topic=row.topic,
        state=draw(st.sampled_from([row.state, foreign()])),
    )


def insert(audited_service: AuditedService, draw: Draw) -> Found:
    """Insert one before all, after all, or in between, where the others make room."""
    made = forgery(audited_service, draw)
    if draw(st.booleans()):
        at = draw(st.integers(-(2**63), 0) | st.integers(EVENTS + 1, 2**63 - 1))
        made.put(audited_service, at)
        return FindingKind.INSERTED, at
    at = draw(NUMBERS)
    for position in range(EVENTS, at - 1, -1):
        audited_service.alter(
            "UPDATE stored_events SET position = ? WHERE position = ?",
            position + 1,
            position,
        )
    made.put(audited_service, at)
    return FindingKind.ALTERED, at


TAMPERINGS: tuple[Tampering, ...] = (
    *(partial(flip, column=column) for column in COLUMNS),
    remove,
    swap,
    roll_back,
    insert,
)


def tamper(audited_service: AuditedService, draw: Draw, tampering: Tampering) -> None:
    """Do it, see what is found, and put all back."""
    with audited_service.tampering():
        wanted = tampering(audited_service, draw)
        assert audited_service.found() == wanted


@cache
def foreign() -> bytes:
    """Give an event as this program writes it, but under another master key."""
    with TemporaryDirectory() as folder:
        keys = Path(folder) / "master.key"
        with closing(open_store(f"sqlite:///{folder}/data", keys=keys)) as store:
            store.append(change(zoe()), by=ANN)
            (row,) = store.read_stored(after=0)
            return row.state


@FEW
@given(data=st.data())
def test_the_first_event_altered_removed_or_inserted_is_named(
    sealed: AuditedService, data: st.DataObject
) -> None:
    """H5: whatever is done."""
    for tampering in TAMPERINGS:
        tamper(sealed, data.draw, tampering)


@pytest.mark.prove
@AT_LENGTH
@given(data=st.data(), tampering=st.sampled_from(TAMPERINGS))
def test_the_first_event_altered_removed_or_inserted_is_named_at_length(
    sealed: AuditedService, data: st.DataObject, tampering: Tampering
) -> None:
    """H5."""
    tamper(sealed, data.draw, tampering)


# The ledger's own tables

LEDGER = {
    "leaves": ("number", ("number", "position", "hash")),
    "nodes": ("level * 100 + number", ("level", "number", "hash")),
    "heads": ("size", ("size", "position", "root", "signed_at", "signature")),
}


def alter_ledger(audited_service: AuditedService, draw: Draw, table: str) -> None:
    """Remove a row, or flip one bit of it."""
    key, columns = LEDGER[table]
    rows = audited_service.alter(f"SELECT {key}, * FROM {table}", file=NAME)  # noqa: S608 - ours
    keys = sorted(row[0] for row in rows)
    which = draw(st.sampled_from(keys))
    where = f"FROM {table} WHERE {key} = ?"
    if draw(st.booleans()):
        assume(table != "heads" or which == keys[-1])  # of others, few are kept anyway
        audited_service.alter(f"DELETE {where}", which, file=NAME)
        return
    column = draw(
        st.sampled_from([*columns, *(["peaks"] * (which == keys[-1] == EVENTS))])
    )
    ((value,),) = audited_service.alter(f"SELECT {column} {where}", which, file=NAME)
    values: tuple[object, ...]
    given = "?"
    if isinstance(value, bytes):
        values = (bit_of(value, draw),)
    elif isinstance(value, int):
        values = (flipped(value, draw(st.integers(0, 30))),)
        assume(column != "number" or table == "nodes" or values[0] not in keys)
    elif audited_service.is_sqlite:
        at = draw(st.sampled_from([n for n, c in enumerate(value) if c.isdigit()]))
        text = value.encode()
        digit = bit_of(text[at : at + 1], draw)
        values = (text[:at] + digit + text[at + 1 :],)
        given = "CAST(? AS TEXT)"
    else:
        given = f"{column} + ? * interval '1 microsecond'"
        values = (1 << draw(st.integers(0, 55)),)
    put = f"UPDATE {table} SET {column} = {given} WHERE {key} = ?"  # noqa: S608 - ours
    try:
        audited_service.alter(put, *values, which, file=NAME)
    except (psycopg.Error, sqlite3.IntegrityError):  # there is one of that number
        assume(False)  # noqa: FBT003 - as it is called


def tamper_with_the_ledger(
    audited_service: AuditedService, draw: Draw, table: str
) -> None:
    with audited_service.tampering():
        alter_ledger(audited_service, draw, table)
        finding = audited_service.finding()
        assert finding.kind is FindingKind.LEDGER
        assert finding.position in {0, 3, 6, 9}


@settings(FEW, max_examples=12)
@given(data=st.data())
def test_what_was_done_to_the_ledger_is_not_put_down_to_the_events(
    sealed: AuditedService, data: st.DataObject
) -> None:
    """H5: whatever bit of it is flipped, whatever row removed."""
    for table in LEDGER:
        tamper_with_the_ledger(sealed, data.draw, table)


@pytest.mark.prove
@AT_LENGTH
@given(data=st.data(), table=st.sampled_from([*LEDGER]))
def test_what_was_done_to_the_ledger_is_not_put_down_to_the_events_at_length(
    sealed: AuditedService, data: st.DataObject, table: str
) -> None:
    """H5."""
    tamper_with_the_ledger(sealed, data.draw, table)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "change",
    [
        "originator_id = upper(originator_id)",
        "originator_id = CAST(originator_id AS BLOB)",
        "originator_version = 1.5",
        "originator_version = 'one'",
        "topic = CAST(topic AS BLOB)",
        "recorded_at = replace(recorded_at, 'T', ' ')",
        "recorded_at = replace(recorded_at, '+', '-')",
        "recorded_at = 2026",
        "state = CAST(state AS TEXT)",
        "state = x''",
    ],
)
def test_what_reads_as_the_same_and_is_written_otherwise_is_altered(
    sealed: AuditedService, change: str
) -> None:
    """H5: SQLite keeps anything in any column."""
    sealed.alter(f"UPDATE stored_events SET {change} WHERE position = 5")  # noqa: S608 - ours
    assert sealed.found() == (FindingKind.ALTERED, 5)


@pytest.mark.parametrize("position", [-(2**63), -(2**63) + 1, 2**63 - 1])
def test_no_position_is_too_far_away_to_be_looked_at(
    sealed: AuditedService, position: int
) -> None:
    """H5: an event that no reader of the log comes to is in its stream all the same."""
    sealed.alter(
        "UPDATE stored_events SET position = ? WHERE position = ?", position, EVENTS
    )
    wanted = (
        (FindingKind.INSERTED, position)
        if position < 0
        else (FindingKind.REMOVED, EVENTS)
    )
    assert sealed.found() == wanted
