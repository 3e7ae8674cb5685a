"""Anybody checks a certificate by the code on it; whoever has none learns nothing."""

import time
from http import HTTPStatus
from urllib.parse import quote

from starlette.responses import Response

from aggregates.errors import Refusal
from catalogue import amount
from queries.claims.certificates import certificate_row
from queries.claims.verification_code import certificate_of_code
from repositories.aggregate_types import CERTIFICATE
from repositories.repository import load_known
from transport.moving_window import MovingWindow
from web.certificates.document import VERIFY, certificate_faces
from web.http.context import PageContext
from web.http.page_router import PageRouter, address_of

pages = PageRouter()

RATE = "60/minute"
"""How many codes one address may try (d)."""


class TooManyCodes(Refusal):
    code = "too-many-codes"
    message = "Too many codes were tried from here. Wait {wait} and try again."


@pages.get(VERIFY, is_open=True)
def ask_for_code(context: PageContext) -> Response:
    """Ask for the code of a certificate, and go on to what it proves."""
    code = context.parameter("code")
    if code:
        return context.redirect(f"{VERIFY}/{quote(code, safe='')}")
    return context.page("certificates/verify.html", title="Check a certificate")


@pages.get(VERIFY + "/{code:path}", is_open=True)
def check_code(context: PageContext, code: str) -> Response:
    """Say whether a certificate is genuine and in force.

    Every code that proves nothing is answered alike, and nothing is read for it.
    """
    tries: MovingWindow = context.request.app.state.code_tries
    is_in_time, _, seconds = tries.hit(address_of(context.request), time.monotonic())
    if not is_in_time:
        wait = amount(max(1, round(seconds)), "second")
        return context.page(
            "certificates/verify.html",
            title="Check a certificate",
            status=HTTPStatus.TOO_MANY_REQUESTS,
            refused=TooManyCodes(wait=wait),
        )
    number = certificate_of_code(context.service.store, code)
    if number is None:
        return context.page(
            "certificates/verify.html",
            title="No certificate has this code",
            status=HTTPStatus.NOT_FOUND,
            is_miss=True,
        )
    stream, now = load_known(CERTIFICATE, number, store=context.service.store)
    row = certificate_row(context.command_context, stream, now)
    return context.page(
        "certificates/verify.html",
        title="This certificate is genuine"
        + ("" if now.is_in_force else ", but not in force"),
        face=certificate_faces(context, [row])[0],
        now=now,
    )
