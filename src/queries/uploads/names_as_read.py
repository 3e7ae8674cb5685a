"""The names in a file as they were read, by which people judge its encoding (U4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregates.uploads.record import Record
from aggregates.uploads.upload import Upload
from aggregates.uploads.upload_progress import UploadStatus
from commands.uploads.upload import read_records
from files.text_file import in_other_encoding
from store import EventStore


@dataclass(frozen=True, kw_only=True)
class NamesAsRead:
    """Names with accents, and the same names in the file's other possible encoding.

    ``other`` is that encoding, as long as the file can be read again and names would
    change.
    """

    names: Sequence[str]
    other: str | None = None
    in_other: Sequence[str] = ()


def read_names(store: EventStore, upload: Upload) -> NamesAsRead:
    """Return the first names of a group that have accents."""
    rows = read_records(store, upload.received.group, upload.accented)
    names = [name_of_record(record) for _, record in rows]
    other = upload.other_encoding
    if upload.status is not UploadStatus.CHECKED or not (other and names):
        return NamesAsRead(names=names)
    again = [in_other_encoding(name, other) for name in names]
    return NamesAsRead(names=names, other=other, in_other=again)


def name_of_record(record: Record) -> str:
    """Return the given and family name in the row's cells."""
    known = (record.cells.get(part, "") for part in ("given_name", "family_name"))
    return " ".join(known).strip()
