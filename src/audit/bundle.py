"""Audit bundles: a zip of every event, the signed tree head and a checking script."""

import json
from collections.abc import Callable
from datetime import UTC
from importlib.resources import files
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from audit.leaf import MOMENT
from audit.ledger import Ledger
from audit.verification import BATCH, read_stored_rows
from store import StoredRow

SCRIPT = files("audit") / "verify_bundle.py"
"""The script that verifies a bundle; each bundle holds a copy of it."""


class NothingSealed(LookupError):
    """There is no signed tree head yet, so there is nothing to bundle."""


def write_bundle(
    ledger: Ledger, file: Path, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Write the events up to the last signed head into a new zip; return their number.

    ``progress`` is called with the number so far after every BATCH events. An auditor
    verifies the zip offline with its ``verify_bundle.py`` or, better, with a copy of that
    script from another source. Raises NothingSealed, FileExistsError, OSError.
    """
    head = ledger.head()
    if head is None:
        raise NothingSealed
    count = 0
    with ZipFile(file, "x", ZIP_DEFLATED) as bundle:
        with bundle.open("events.jsonl", "w", force_zip64=True) as lines:
            for row in read_stored_rows(ledger.store):
                if row.position > head.position:
                    break
                lines.write(_line(row))
                count += 1
                if count % BATCH == 0:
                    progress(count)
        document = head.document(ledger.store.public_key)
        bundle.writestr("head.json", json.dumps(document, indent=2))
        bundle.writestr("verify_bundle.py", SCRIPT.read_bytes())
    return count


def _line(row: StoredRow) -> bytes:
    written = {
        "position": row.position,
        "stream": str(row.stream),
        "version": row.version,
        "topic": row.topic,
        "recorded_at": row.recorded_at.astimezone(UTC).strftime(MOMENT),
        "state": row.state.decode(errors="backslashreplace"),
    }
    return json.dumps(written, ensure_ascii=False).encode() + b"\n"
