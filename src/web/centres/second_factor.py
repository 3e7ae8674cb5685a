"""One's second factor: turned on with an authenticator app, and off again."""

import hmac
from typing import Any

import segno
from markupsafe import Markup
from starlette.responses import Response

from access import second_factor
from access.throttle import TooManyTries
from aggregates.centres.second_factor import SecondFactorIsOn
from aggregates.errors import Malformed, RuleBroken
from commands.centres.second_factor import TurnOffSecondFactor, TurnOnSecondFactor
from commands.command import CommandMetadata
from repositories.aggregate_types import USER
from web.centres.sessions import SESSIONS, end_tokens
from web.centres.step_up import require_password_again
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.page_router import PageRouter

pages = PageRouter("settings")

ADDRESS = "/settings/second-factor"
TITLE = "Second factor"


class SecretNotOurs(RuleBroken):
    code = "second-factor-secret-stale"
    message = (
        "This page is not good any more. A new QR code is below: take the old entry out"
        " of your app, scan the new one, and give its code."
    )


class CodeNotOfApp(Malformed):
    code = "second-factor-not-confirmed"
    message = (
        "This is not the code that an app with this secret shows now. Give the six"
        " digits it shows; if it goes on, look whether your phone's clock is right."
    )


@pages.get(ADDRESS)
def show_second_factor(context: PageContext) -> Response:
    """Say whether it is on; offer a QR code to turn it on, or a form to turn it off."""
    return second_factor_page(context)


@pages.post(ADDRESS)
def turn_on(context: PageContext) -> Response:
    """Turn it on, once the app has shown that it knows the secret; show recovery codes."""
    secret = context.form.text("secret")
    try:
        if second_factor.find_second_factor(context.command_context, context.user.name):
            raise SecondFactorIsOn
        step = confirm_secret(context, secret)
        require_password_again(context)
        codes = turn_on_with(context, secret, step, context.command_metadata())
    except SecretNotOurs as refused:
        return second_factor_page(context, refused)
    except (*REFUSED, TooManyTries) as refused:
        return second_factor_page(context, refused, secret=secret)
    _end_others(context)
    return recovery_codes_page(context, codes)


def turn_on_with(
    context: PageContext, secret: str, step: int, metadata: CommandMetadata
) -> tuple[str, ...]:
    """Turn it on for who sends the command; gives their recovery codes, kept nowhere."""
    codes = second_factor.make_recovery_codes()
    kept = tuple(second_factor.hash_recovery_code(each) for each in codes)
    context.send(
        TurnOnSecondFactor(**metadata, secret=secret, recovery_hashes=kept, step=step)
    )
    return codes


def recovery_codes_page(context: PageContext, codes: tuple[str, ...]) -> Response:
    return context.page(
        "centres/recovery_codes.html",
        title="Keep your recovery codes",
        crumbs=[(TITLE, ADDRESS)],
        codes=codes,
    )


@pages.post(ADDRESS + "/off")
def turn_off(context: PageContext) -> Response:
    """Turn it off, for who gives the password and a code."""
    try:
        require_password_again(context)
        done = context.send(
            TurnOffSecondFactor(**context.command_metadata(), name=context.user.name)
        )
    except (*REFUSED, TooManyTries) as refused:
        return second_factor_page(context, refused)
    _end_others(context)
    return context.redirect(ADDRESS, said="Your second factor is off.", after=done)


def second_factor_page(
    context: PageContext, refused: Exception | None = None, *, secret: str = ""
) -> Response:
    """Show what holds now; with the ``secret`` that the app has already, if it has one."""
    name = context.user.name
    present = second_factor.find_second_factor(context.command_context, name)
    user = USER.replay(context.service.store.open(USER.stream_id(name)))
    secret = secret or second_factor.make_secret()
    return context.page(
        "centres/second_factor.html",
        title=TITLE,
        crumbs=[("Where you are signed in", SESSIONS)],
        refused=refused,
        present=present,
        has_password=user.password_hash is not None,
        **describe_secret(context, secret, name),
        ends_others=bool(context.form.text("end_others")),
        recovery_codes=second_factor.RECOVERY_CODES,
    )


def qr_code(text: str) -> Markup:
    """Draw a QR code, black on white in every colour scheme."""
    drawn = segno.make(text, error="m").svg_inline(scale=5, light="#fff")
    return Markup(drawn)  # noqa: S704 - a drawing by the library, of squares alone


def describe_secret(context: PageContext, secret: str, name: str) -> dict[str, Any]:
    """Give what a page shows of a secret that its user's app is to learn."""
    return {
        "secret": secret,
        "grouped": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "sealed": _seal(context, secret),
        "qr_code": qr_code(second_factor.app_address(secret, name)),
    }


def confirm_secret(context: PageContext, secret: str) -> int:
    """Find which half minute's code the app gave for a secret that we drew.

    Raises SecretNotOurs or CodeNotOfApp.
    """
    if not hmac.compare_digest(context.form.text("sealed"), _seal(context, secret)):
        raise SecretNotOurs
    step = second_factor.step_of(secret, context.form.text("code"), context.at)
    if step is None:
        raise CodeNotOfApp(path=("code",))
    return step


def _seal(context: PageContext, secret: str) -> str:
    """Make the MAC of a secret that we drew, for this session."""
    said = f"second factor {context.secret} {secret}"
    return context.service.store.make_key(said)


def _end_others(context: PageContext) -> None:
    if context.form.text("end_others") and context.session is not None:
        own = context.session.token
        end_tokens(context.service, context.by, context.at, keep=own)
