"""Manage Learners: every learner of a centre, with the columns to search by."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Column, Date, Index, String, Table

from aggregates.learners.details import ERASED, Details
from aggregates.text import fold as folded
from aggregates.text import searchable_words, words
from events.learners.learner import (
    LearnerCreated,
    LearnerDetailsAmended,
    LearnerErased,
    LearnerIdentityAmended,
    LearnerTransferred,
    LearnerWithdrawn,
)
from events.uploads.upload import (
    LearnersAdded,
    UploadReceived,
    UploadRenamed,
    UploadUndone,
)
from projections.read_model import METADATA, Moment, ReadModel, events_of, in_order
from projections.rows import Rows, Values
from store import Recorded

ByteOrder = String().with_variant(String(collation="C"), "postgresql")
"""Text sorted by code points, so that a range finds all texts with a beginning."""

LEARNERS = Table(
    "learners",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("learner", String, nullable=False),
    Column("digits_backwards", ByteOrder, nullable=False, index=True),
    Column("centre", String, nullable=False),
    Column("given_name", String, nullable=False),
    Column("family_name", String, nullable=False),
    Column("date_of_birth", Date, nullable=False),
    Column("gender", String),
    Column("uln", String),
    Column("uln_sorted", String, nullable=False),
    Column("centre_reference", String),
    Column("group_called", String),
    Column("likeness", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("family_sorted", ByteOrder, nullable=False),
    Column("given_sorted", ByteOrder, nullable=False),
    Column("family_others", String),
    Column("given_others", String),
    Column("reference_sorted", ByteOrder, index=True),
    *in_order(
        "learners",
        ("learner",),
        ("created_at", "learner"),
        ("updated_at", "learner"),
        ("date_of_birth", "learner"),
        ("family_sorted", "given_sorted", "learner"),
        ("given_sorted", "family_sorted", "learner"),
    ),
    Index("learners_alike", "centre", "likeness"),
    Index("learners_by_uln", "uln_sorted", "learner"),
)
"""``…_sorted`` are the words of a name, ``…_others`` those that it is found by as well;
``uln_sorted`` is the empty text where there is no ULN."""
WORDS = Table(
    "learner_words",
    METADATA,
    Column("name", String, primary_key=True),
    Column("word", ByteOrder, primary_key=True),
    Column("stream", String, primary_key=True),
    sqlite_with_rowid=False,
)
"""The words of names: ``name`` is ``given_name`` for the first, ``given_more`` for others."""
GROUPS = Table(
    "learner_groups",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("centre", String, nullable=False),
    Column("name", String, nullable=False, index=True),
)
MEMBERS = Table(
    "learner_group_members",
    METADATA,
    Column("group_stream", String, primary_key=True),
    Column("learner", String, primary_key=True),
    sqlite_with_rowid=False,
)
FORMER = Table(
    "learner_former_identities",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("until", BigInteger, primary_key=True),
    Column("given_name", String, nullable=False),
    Column("family_name", String, nullable=False),
    Column("date_of_birth", Date, nullable=False),
    sqlite_with_rowid=False,
)
"""What learners were called before they were amended, and at which position they were."""
IDENTITY = ("given_name", "family_name", "date_of_birth")
NAMES = ("given", "family")


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in rows.following(batch):
        aggregate, _, _ = recorded.event.topic.partition(".")
        if folding := FOLDS.get(aggregate):
            folding(rows, str(recorded.stream), recorded)


def _fold_learner(rows: Rows, stream: str, recorded: Recorded) -> None:
    rows.touch(LEARNERS, stream)
    match recorded.event:
        case LearnerCreated() as event:
            _create(rows, stream, recorded.recorded_at, event)
        case LearnerIdentityAmended() as event:
            if known := rows.get(LEARNERS, stream):
                former = {name: known[name] for name in IDENTITY}
                until = {"stream": stream, "until": recorded.position}
                rows.put(FORMER, until | former)
            _rename(rows, stream, event)
        case LearnerDetailsAmended() as event:
            rows.change(
                LEARNERS,
                stream,
                gender=event.gender,
                **_uln_columns(event.uln),
                **_referred_to(event.centre_reference),
            )
        case LearnerTransferred(centre=centre):
            rows.change(LEARNERS, stream, centre=centre, group_called=None)
        case LearnerErased():
            rows.remove_where(FORMER, stream=stream)
            _rename(rows, stream, ERASED)
            others = {"gender": None, **_uln_columns(None), **_referred_to(None)}
            rows.change(LEARNERS, stream, **others)
        case LearnerWithdrawn():
            if known := rows.get(LEARNERS, stream):
                for key in _words(stream, known):
                    rows.remove(WORDS, *key)
                rows.remove(LEARNERS, stream)
                rows.remove_where(FORMER, stream=stream)
        case _:
            pass


def _fold_group(rows: Rows, stream: str, recorded: Recorded) -> None:
    match recorded.event:
        case UploadReceived(centre=centre, name=name):
            values = {"stream": stream, "centre": centre, "name": folded(name)}
            rows.put(GROUPS, values)
        case UploadRenamed(name=name):
            rows.change(GROUPS, stream, name=folded(name))
        case UploadUndone():
            rows.remove(GROUPS, stream)
        case LearnersAdded(learners=learners):
            for learner in learners:
                rows.put(MEMBERS, {"group_stream": stream, "learner": learner})
        case _:
            pass


FOLDS = {
    "learner": _fold_learner,
    "upload": _fold_group,
}


def _create(rows: Rows, stream: str, at: datetime, event: LearnerCreated) -> None:
    row = {
        "stream": stream,
        "learner": event.learner,
        "digits_backwards": digits_of(event.learner)[::-1],
        "centre": event.centre,
        "gender": event.gender,
        **_uln_columns(event.uln),
        **_referred_to(event.centre_reference),
        "group_called": event.group,
        "created_at": at,
        **_identity(event),
    }
    rows.put(LEARNERS, row)
    _put_words(rows, stream, row)


def _rename(rows: Rows, stream: str, event: LearnerIdentityAmended | Details) -> None:
    if known := rows.get(LEARNERS, stream):
        for key in _words(stream, known):
            rows.remove(WORDS, *key)
    row = _identity(event)
    rows.change(LEARNERS, stream, **row)
    _put_words(rows, stream, row)


def _put_words(rows: Rows, stream: str, row: Values) -> None:
    for name, word, _ in _words(stream, row):
        rows.put(WORDS, {"name": name, "word": word, "stream": stream})


def _identity(event: LearnerCreated | LearnerIdentityAmended | Details) -> Values:
    identity = {name: getattr(event, name) for name in IDENTITY}
    for name in NAMES:
        sorted_by, others = _words_of(identity[f"{name}_name"])
        identity |= {f"{name}_sorted": sorted_by, f"{name}_others": others}
    born = event.date_of_birth.isoformat()
    like = f"{identity['given_sorted']}, {identity['family_sorted']} {born}"
    return identity | {"likeness": like}


def _words_of(name: str) -> tuple[str, str | None]:
    """Return the words of a name, and further words by which it is found."""
    as_written = words(name)
    if name.isascii() and name.isalpha():
        return as_written[0], None
    others = searchable_words(name).difference(as_written)
    return " ".join(as_written), "".join(f" {word}" for word in sorted(others)) or None


def _uln_columns(uln: str | None) -> Values:
    return {"uln": uln, "uln_sorted": uln or ""}


def _referred_to(reference: str | None) -> Values:
    """Store a centre's reference as written and as it is searched."""
    in_order = folded(reference) if reference else None
    return {"centre_reference": reference, "reference_sorted": in_order}


def _words(stream: str, row: Values) -> Iterator[tuple[str, str, str]]:
    """Yield the keys of the words by which a learner is found.

    The word that a name is sorted by has its own kind, because a list in the order of names
    finds it in that order.
    """
    for name in NAMES:
        first, _, more = row[f"{name}_sorted"].partition(" ")
        if first:
            yield f"{name}_name", first, stream
        for word in {*more.split(), *(row[f"{name}_others"] or "").split()} - {first}:
            yield f"{name}_more", word, stream


def digits_of(text: str) -> str:
    """Return the digits of an identifier."""
    return "".join(letter for letter in text if letter.isascii() and letter.isdigit())


READ_MODEL = ReadModel(
    name="manage-learners",
    version=12,
    tables=(LEARNERS, WORDS, GROUPS, MEMBERS, FORMER),
    handles=events_of("learner")
    | {UploadReceived, UploadRenamed, UploadUndone, LearnersAdded},
    fold=fold,
)
