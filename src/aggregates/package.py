"""Offline packages: what one holds, sealed under a PIN, and its four checks (B13)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from pyzipper import WZ_AES, ZIP_DEFLATED, AESZipFile, BadZipFile

from aggregates.booking import Booking
from aggregates.errors import RuleBroken
from aggregates.london import in_london
from aggregates.offline_client import NOT_SAID, OfflineClient
from aggregates.sitting_time import window
from catalogue import amount

MANIFEST, INSTRUCTIONS = "manifest.json", "instructions.txt"
MOST_ANSWERS = 5 * 2**20
"""How large the answers that come back may be."""

NOT_WHOLE = "The package is damaged: what is in it is not what its manifest says."


class CheckFailed(RuleBroken):
    message = "{reason}"


class PackageRefused(RuleBroken):
    message = (
        "The package cannot be downloaded: {failed} of its {count} checks failed. See"
        " to each, then download again."
    )


@dataclass(frozen=True, kw_only=True)
class Check:
    """One of the checks: what it is about, whether all is well, and why or why not."""

    about: str
    passes: bool
    reason: str

    @classmethod
    def of(cls, about: str, why_not: str | None, why: str) -> "Check":
        return cls(about=about, passes=why_not is None, reason=why_not or why)


def checks(
    booking: Booking,
    *,
    no_pin: str | None,
    pin_said: str,
    is_whole: bool,
    client: OfflineClient | None,
    now: datetime,
) -> tuple[Check, ...]:
    """Make the four checks (B13)."""
    name, closes = booking.made.booking, in_london(window(booking.starts)[1])
    not_fit = NOT_SAID if client is None else client.why_not_fit(now)
    return (
        Check.of(
            "booking",
            booking.not_current(now),
            f"The booking {name} is current until {closes}.",
        ),
        Check.of("pin", no_pin, pin_said),
        Check.of(
            "package",
            None if is_whole else NOT_WHOLE,
            "The package is whole: it is what its manifest says.",
        ),
        Check.of("client", not_fit, "The offline client is registered and fit."),
    )


def require_all(found: Sequence[Check]) -> None:
    """Raise PackageRefused, with each check that failed, if any did (B13)."""
    failed = [check for check in found if not check.passes]
    if failed:
        raise PackageRefused(
            failed=len(failed),
            count=len(found),
            others=[
                CheckFailed(pointer=f"/{check.about}", reason=check.reason)
                for check in failed
            ],
        )


def pack(booking: Booking, *, package: str, secret: str) -> bytes:
    """Make the package of a booking as it is now: a ZIP under AES-256."""
    parts = {INSTRUCTIONS: instructions(booking).encode()}
    opens, closes = window(booking.starts)
    manifest = {
        "package": package,
        "booking": booking.made.booking,
        "revision": booking.revision,
        "opens": opens.isoformat(),
        "closes": closes.isoformat(),
        "minutes": booking.minutes,
        "parts": {name: digest(part) for name, part in parts.items()},
    }
    return sealed({**parts, MANIFEST: json.dumps(manifest).encode()}, secret)


def sealed(files: Mapping[str, bytes], secret: str) -> bytes:
    """Put files into a ZIP that opens with the secret alone."""
    written = BytesIO()
    with AESZipFile(
        written, "w", compression=ZIP_DEFLATED, encryption=WZ_AES
    ) as zipped:
        zipped.setpassword(secret.encode())
        for name, content in files.items():
            zipped.writestr(name, content)
    return written.getvalue()


def opened(content: bytes, secret: str) -> dict[str, bytes]:
    """Read the files back. Raises RuntimeError if the secret is another, BadZipFile."""
    with AESZipFile(BytesIO(content)) as zipped:
        zipped.setpassword(secret.encode())
        return {name: zipped.read(name) for name in zipped.namelist()}


def is_whole(content: bytes, secret: str) -> bool:
    """Tell whether every part, read back, is what the manifest says (B13)."""
    try:
        parts = opened(content, secret)
        promised = json.loads(parts.pop(MANIFEST))["parts"]
    except (BadZipFile, RuntimeError, LookupError, ValueError):
        return False
    return bool({name: digest(part) for name, part in parts.items()} == promised)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def instructions(booking: Booking) -> str:
    """Tell whoever holds the sitting what to do, in words."""
    opens, closes = (in_london(moment) for moment in window(booking.starts))
    return (
        f"Test of {booking.made.unit} by {booking.made.learner},"
        f" booking {booking.made.booking}\n\n"
        f"1. Start the test on {in_london(booking.starts)}, London time; it can be"
        f" started from {opens} until {closes}.\n"
        "2. Open this package with your PIN. Let nobody else know the PIN.\n"
        f"3. The learner has {amount(booking.minutes, 'minute')}"
        f" ({booking.extra_time} % extra time included).\n"
        "4. Afterwards, connect and send the answers back.\n"
    )
