"""The findings of an audit, as sentences."""

from dataclasses import dataclass
from enum import StrEnum

from audit.head import Head
from catalogue import amount
from store import Position, StoredRow


class FindingKind(StrEnum):
    """The kinds of changes to the events, or to the ledger itself."""

    ALTERED = "altered"
    REMOVED = "removed"
    INSERTED = "inserted"
    LEDGER = "ledger"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The first fault, as a sentence.

    ``position`` is that of the first event altered, removed or inserted. If only a head
    that was kept elsewhere shows the fault, it is the latest position that it can have. If
    the ledger is at fault, it is the last position before it known to be right.
    """

    kind: FindingKind
    position: Position
    message: str


def event_removed(position: Position) -> Finding:
    return Finding(
        kind=FindingKind.REMOVED,
        position=position,
        message=f"The event at position {position} is in the ledger and not in the"
        " store: it was removed.",
    )


def event_altered(row: StoredRow) -> Finding:
    return Finding(
        kind=FindingKind.ALTERED,
        position=row.position,
        message=f"The event at position {row.position} ({_describe_row(row)}) is not as it was"
        " recorded: it was altered, or another stands in its place.",
    )


def event_inserted(row: StoredRow) -> Finding:
    return Finding(
        kind=FindingKind.INSERTED,
        position=row.position,
        message=f"The event at position {row.position} ({_describe_row(row)}) was not recorded"
        " by this service: it was inserted.",
    )


def ledger_altered(sound: Position, what: str) -> Finding:
    """Report that the ledger cannot be trusted after its last sound head."""
    return Finding(
        kind=FindingKind.LEDGER,
        position=sound,
        message=(
            f"The ledger was altered after position {sound}: {what}. Events"
            " after that position cannot be trusted; compare with a tree head or"
            " a bundle that was kept elsewhere."
        ),
    )


def leaf_altered(sound: Position, position: Position, head: Head) -> Finding:
    """Report that the ledger was altered, and not the events."""
    return Finding(
        kind=FindingKind.LEDGER,
        position=sound,
        message=(
            f"The ledger was altered after position {sound}: what it holds of the event"
            f" at position {position} is not what it was. The events up to position"
            f" {head.position} are as its signed head of {amount(head.size, 'event')} says."
        ),
    )


def not_signed(kept: Head) -> Finding:
    return Finding(
        kind=FindingKind.LEDGER,
        position=0,
        message=f"This service did not sign {_describe_head(kept)}: it was altered, or it"
        " is of another installation.",
    )


def put_back(sound: Position, kept: Head) -> Finding:
    return Finding(
        kind=FindingKind.LEDGER,
        position=sound,
        message=f"The ledger ends before {_describe_head(kept)}: it was put back. The"
        f" events up to position {kept.position} are as they were.",
    )


def fewer(sound: Position, last: Position, size: int, kept: Head) -> Finding:
    position = min(last + 1, kept.position)
    return Finding(
        kind=FindingKind.REMOVED,
        position=position,
        message=f"The store has {amount(size, 'event')} up to position {last}, fewer than"
        f" {_describe_head(kept)}: some after position {sound} were removed, the first at"
        f" position {position} at the latest.",
    )


def event_replaced(sound: Position, row: StoredRow, kept: Head) -> Finding:
    return Finding(
        kind=FindingKind.REMOVED,
        position=row.position,
        message=f"The event at position {row.position} ({_describe_row(row)}) was recorded"
        f" after {_describe_head(kept)} was signed, and stands where one that is in it"
        f" stood: some after position {sound} were removed, the first at position"
        f" {row.position} at the latest.",
    )


def others(sound: Position, kept: Head) -> Finding:
    return Finding(
        kind=FindingKind.LEDGER,
        position=sound,
        message=f"The events after position {sound} are not those of"
        f" {_describe_head(kept)}: some were altered, removed or inserted, and the ledger"
        " with them.",
    )


def _describe_row(row: StoredRow) -> str:
    return f"{row.topic}, version {row.version} of {row.stream}"


def _describe_head(kept: Head) -> str:
    return (
        f"the tree head kept elsewhere, of {amount(kept.size, 'event')} up to position"
        f" {kept.position}"
    )
