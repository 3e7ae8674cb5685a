"""The package of an offline test: its four checks, a PIN, the download (B13, B14)."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from access import pins
from access.policy import require_may
from aggregates.bookings.package import Check
from commands.bookings.booking import AmendBooking
from commands.bookings.package import DownloadPackage
from commands.centres.pin import SetPin
from events.centres.user import Role
from projections.bookings.offline_clients import search_offline_clients
from projections.paging import LARGEST
from queries.bookings.bookings import booking_row, packages_of
from queries.bookings.package_checks import check_package
from queries.learners.learners import open_learners
from repositories.aggregate_types import BOOKING, PIN
from repositories.repository import find
from web.bookings.booking import ONE
from web.bookings.bookings import BOOKINGS, describe_booking
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.inputs import read_pin
from web.http.page_router import PageRouter

pages = PageRouter("bookings")

ABOUT = {
    "booking": "The booking is current",
    "pin": "You have a PIN",
    "package": "The package is whole",
    "client": "The offline client is registered and fit",
}
"""What each of the four checks is about."""


@dataclass(frozen=True, kw_only=True)
class ShownCheck:
    """A check as the page shows it; ``is_later``: it is made with the download."""

    check: Check
    title: str
    is_later: bool


@pages.get(ONE + "/package")
def show_package(context: PageContext, booking: str) -> Response:
    """Show the four checks, made just now."""
    return package_page(context, booking)


@pages.post(ONE + "/package")
def download_package(context: PageContext, booking: str) -> Response:
    """Give the package, sealed under the PIN and for the client; each is a new one."""
    form = context.form
    require_may(DownloadPackage, Role(context.by.role))
    context.load(BOOKING, booking)
    try:
        pin = read_pin(context, "pin")
        command = DownloadPackage(
            by=context.by,
            at=context.at,
            booking=booking,
            client=form.text("client"),
            pin=pin,
            proof=pins.prove(
                pin, context=context.command_context, by=context.by, at=context.at
            ),
        )
        done = context.send(command)
    except REFUSED as refused:
        return package_page(context, booking, refused)
    name = f"{booking}-{done.created_id}.zip"
    response = Response(done.content, media_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@pages.post(ONE + "/package/pin")
def choose_pin(context: PageContext, booking: str) -> Response:
    """Set one's first PIN; another is set in the settings, with the present one."""
    context.load(BOOKING, booking)
    try:
        pin = read_pin(context, "new_pin")
        require_may(SetPin, Role(context.by.role))
        done = context.send(
            SetPin(**context.command_metadata(), pin_hash=pins.hash_pin(pin))
        )
    except REFUSED as refused:
        return package_page(context, booking, refused)
    path = context.request.url.path.removesuffix("/pin")
    return context.redirect(path, said="Your PIN is set.", after=done)


def package_page(
    context: PageContext, booking: str, refused: Exception | None = None
) -> Response:
    stream, state = context.load(BOOKING, booking)
    row = booking_row(stream, state)
    with context.rows() as connection:
        clients = search_offline_clients(
            connection, centre=row.centre, limit=LARGEST
        ).rows
    asked = context.form.text("client") or context.parameter("client")
    client = asked or (clients[0].client.client if len(clients) == 1 else None)
    found = check_package(
        context.command_context, booking, client, context.by, context.at
    )
    is_first = state.last_package(context.user.name, client) is None
    checks = [
        ShownCheck(
            check=each,
            title=ABOUT[each.about],
            is_later=each.about == "package" and is_first,
        )
        for each in found
    ]
    _, pin = find(PIN, context.user.name, store=context.service.store)
    values: dict[str, Any] = {
        "booking": row.booking,
        "checks": checks,
        "client": client or "",
        "may_amend": context.may(AmendBooking),
        "passed": sum(each.check.passes for each in checks),
    }
    if context.wants_part:
        return context.part("bookings/_checks.html", **values)
    people = open_learners(
        context.command_context, [row.learner], seen_by=context.centre or row.centre
    )
    shown = describe_booking(
        row, people[row.learner], context.service.catalogue, context.at
    )
    return context.page(
        "bookings/package.html",
        title=f"Offline package: {shown.learner}",
        crumbs=[("Bookings", BOOKINGS), (shown.unit, f"{BOOKINGS}/{booking}")],
        refused=refused,
        shown=shown,
        clients=[
            (each.client.client, f"{each.client.name} (version {each.client.version})")
            for each in clients
        ],
        packages=[*packages_of(context.command_context, stream, state)],
        is_ready=all(each.check.passes or each.is_later for each in checks),
        has_pin=pin is not None,
        may_download=context.may(DownloadPackage),
        **values,
    )
