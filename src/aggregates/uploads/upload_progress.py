"""How far an upload has come, in a word and in per cent (U5)."""

from enum import StrEnum
from typing import assert_never


class UploadStatus(StrEnum):
    """How far an upload has come (U5)."""

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
    """Say in per cent how far an upload is: 50 is checked, 100 submitted and done (U5).

    ``read`` are the steps of the check that were taken, of so many; ``added`` the last row that was
    seen to since it was submitted, and the last row of all.
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


def undone_after(seen: int, *, of: int) -> UploadStatus:
    """Give the progress of undoing in per cent, by how many learners are withdrawn."""
    return UploadStatus.UNDOING if seen < of else UploadStatus.UNDONE
