"""Why a database cannot be used, in sentences that say what is wrong and what to do."""

import sqlite3
from pathlib import Path

from store.errors import DatabaseUnusable

DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_NOTADB}
NOT_OPENED = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}
RESTORE = "Stop the service, and put it back from a backup."
REBUILD = "Stop the service, move it away, then run: learner-management rebuild"


def unusable_file(
    file: Path, error: BaseException | None, *, mend: str = RESTORE
) -> DatabaseUnusable | None:
    """Give the error if a SQLite file is damaged or cannot be opened; else None.

    ``mend`` is the sentence that says what to do about a damaged file.
    """
    code = getattr(error, "sqlite_errorcode", 0)
    kind = code & 0xFF
    if kind in DAMAGED:
        return DatabaseUnusable(f"The file {file} is damaged: {error}. {mend}")
    if kind not in NOT_OPENED:
        return None
    for each in (file, *file.parent.glob(f"{file.name}-*")):
        try:
            each.open("ab").close()
        except OSError as fault:
            return _cannot_be_opened(each, fault.strerror)
    if code == sqlite3.SQLITE_READONLY:  # the connection is read-only, the file is not
        return None
    return _cannot_be_opened(file, error)


def _cannot_be_opened(file: Path, why: object) -> DatabaseUnusable:
    return DatabaseUnusable(
        f"The file {file} cannot be opened: {why}. See that it is a file which this"
        " user may read and write, in such a folder."
    )


def no_answer(error: BaseException) -> str:
    """Say in one line why a database does not answer, or refuses the connection."""
    line = first_line(error)
    is_refused, said = "FATAL:  " in line, line.replace("FATAL:  ", "")
    return f"The database does not {'let us in' if is_refused else 'answer'}: {said}"


def first_line(error: BaseException) -> str:
    """Give the first line of a database's error; the other lines are the statement."""
    return str(error).partition("\n")[0].removeprefix("connection failed: ")
