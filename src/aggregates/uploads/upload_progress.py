"""The progress of an upload, as a status and in per cent (U5)."""

from enum import StrEnum
from typing import assert_never


class UploadStatus(StrEnum):
    """The status of an upload (U5)."""

    TO_MAP = "to-map"
    CHECKING = "checking"
    CHECKED = "checked"
    ADDING = "adding"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


def progress_of(
    status: UploadStatus, *, read: tuple[int, int], added: tuple[int, int]
) -> int:
    """Return the progress in per cent: 50 is checked, 100 is submitted and done (U5).

    ``read`` is the steps of the check done, and all steps. ``added`` is the last row
    reached since the submission, and the last row of all.
    """
    match status:
        case UploadStatus.TO_MAP:
            return 0
        case UploadStatus.CHECKING:
            return 49 * read[0] // max(read[1], 1)
        case UploadStatus.CHECKED:
            return 50
        case UploadStatus.ADDING:
            return 50 + 49 * added[0] // max(added[1], 1)
        case UploadStatus.UNDOING:
            return 99
        case UploadStatus.DONE | UploadStatus.UNDONE:
            return 100
        case _:
            assert_never(status)


def undoing_status(seen: int, *, of: int) -> UploadStatus:
    """Return UNDONE once all ``of`` learners are dealt with, else UNDOING."""
    return UploadStatus.UNDOING if seen < of else UploadStatus.UNDONE
