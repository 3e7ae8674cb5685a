"""Offline packages: the four checks before a download (B13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregates.bookings.booking import Booking
from aggregates.bookings.offline_client import NOT_SAID, UNKNOWN, OfflineClient
from aggregates.bookings.sitting_time import window
from aggregates.errors import RuleBroken
from aggregates.uk_time import in_london
from events.bookings.booking import PackageDownloaded

WHOLE = "The package is whole: its content matches its manifest."
NOT_WHOLE = "The package is damaged: its content does not match its manifest."


class CheckFailed(RuleBroken):
    code = "check-failed"
    message = "{reason}"


class PackageRefused(RuleBroken):
    code = "package-refused"
    message = (
        "The package cannot be downloaded: {failed} of its {count} checks failed. Do"
        " what is said of that, then download again."
    )


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check: its subject, whether it passes, and the reason."""

    about: str
    passes: bool
    reason: str

    @classmethod
    def of(cls, about: str, why_not: str | None, why: str) -> "Check":
        return cls(about=about, passes=why_not is None, reason=why_not or why)


def checks(
    booking: Booking,
    *,
    pin: Check,
    package: Check,
    client: OfflineClient | None,
    now: datetime,
    named: str | None = None,
    downloaded: PackageDownloaded | None = None,
) -> tuple[Check, ...]:
    """Make the four checks (B13); ``downloaded`` is the package asked about, if any.

    ``named`` is the name of the client that was asked for.
    """
    name, closes = booking.made.booking, in_london(window(booking.starts)[1])
    unknown = UNKNOWN.format(client=named) if named else NOT_SAID
    not_fit = unknown if client is None else client.why_not_fit(now)
    stale = booking.amended_since(downloaded) if downloaded else None
    return (
        Check.of(
            "booking",
            booking.not_current(now) or stale,
            f"The booking {name} is current until {closes}.",
        ),
        pin,
        package,
        Check.of("client", not_fit, "The offline client is registered and fit."),
    )


def check_download(
    booking: Booking, downloaded: PackageDownloaded | None, sha256: str | None
) -> Check:
    """Check the downloaded package, if there is one (B13, third check).

    ``sha256`` is the digest of the client's copy, if the client sent it.
    """
    if downloaded is None:
        name = booking.made.booking
        none = f"You have downloaded no package of {name} yet. Download it."
        return Check(about="package", passes=False, reason=none)
    why_not = None
    if sha256 is not None and sha256.lower() != downloaded.sha256:
        why_not = (
            f"The file is not the package {downloaded.package} as it was downloaded,"
            " or is damaged. Download it again."
        )
    why = (
        f"The package {downloaded.package} was downloaded; it is whole if its SHA-256"
        f" is {downloaded.sha256}."
    )
    return Check.of("package", why_not, why if sha256 is None else WHOLE)


def require_all(found: Sequence[Check]) -> None:
    """Raise PackageRefused with each failed check, if any failed (B13)."""
    failed = [check for check in found if not check.passes]
    if failed:
        raise PackageRefused(
            failed=len(failed),
            count=len(found),
            others=[
                CheckFailed(path=(check.about,), reason=check.reason)
                for check in failed
            ],
        )
