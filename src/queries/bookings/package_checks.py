"""The checks of an offline test's package."""

from datetime import datetime

from aggregates.bookings.package import Check, check_download, checks
from aggregates.centres.pin import CHANGED_SINCE, IS_SET, NO_PIN
from commands.bookings.package import find_own_client
from commands.command import CommandContext
from repositories.aggregate_types import BOOKING, PIN
from repositories.repository import find, load
from store import Actor


def check_package(
    context: CommandContext,
    name: str,
    client: str | None,
    by: Actor,
    now: datetime,
    *,
    sha256: str | None = None,
) -> tuple[Check, ...]:
    """Check the package that the user downloaded last, for a client (B13).

    ``sha256`` is the digest of the client's copy, if known. Raises NotFound if there is no
    such booking.
    """
    _, booking = load(BOOKING, name, store=context.store, reader=by)
    _, pin = find(PIN, by.user, store=context.store)
    downloaded = booking.last_package(by.user, client)
    no_pin = pin.why_locked(now) if pin else NO_PIN
    if no_pin is None and pin and downloaded and downloaded.pin != pin.id:
        no_pin = CHANGED_SINCE
    return checks(
        booking,
        pin=Check.of("pin", no_pin, IS_SET),
        package=check_download(booking, downloaded, sha256),
        client=find_own_client(context, client, by),
        named=client,
        now=now,
        downloaded=downloaded,
    )
