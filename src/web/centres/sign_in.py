"""Signing in and out."""

import json
from dataclasses import replace
from datetime import timedelta

from starlette.responses import Response

from access import accounts
from access.errors import SecondFactorNeeded, SecondFactorWrong, SignInRefusal
from access.oidc.refusals import IssuerUnavailable, UserOfIssuerUnknown
from access.proofs import read_proof, write_proof
from access.second_factor import find_second_factor, make_secret
from access.throttle import TooManyTries
from aggregates.errors import Malformed, raise_all
from commands.centres.user import RevokeToken
from web.centres.second_factor import describe_secret
from web.http.context import CHANNEL, PageContext
from web.http.faults import status_of
from web.http.kept_forms import read_kept_form
from web.http.page_router import SIGN_IN, PageRouter, address_of, ask_to_sign_in
from web.http.sessions import LASTS, WebSession, cookie_of

pages = PageRouter()

CODE, SET_UP = SIGN_IN + "/code", SIGN_IN + "/set-up"
MOST_ASKED = 2_000
"""How long an address to go on to is at most: a cookie of 4,096 bytes keeps it (d)."""
SECOND_STEP_LASTS = timedelta(minutes=10)
"""How long after the password its user may give the code (d)."""

BROWSERS = (
    *(("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox")),
    *(("Chrome/", "Chrome"), ("Safari/", "Safari")),
)
SYSTEMS = (
    *(("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad")),
    *(("Android", "Android"), ("Mac OS", "macOS"), ("Linux", "Linux")),
)


class UserMissing(Malformed):
    code = "user-name-missing"
    message = "Enter your user name."


class PasswordMissing(Malformed):
    code = "password-missing"
    message = "Enter your password."


class CodeMissing(Malformed):
    code = "code-missing"
    message = "Enter the six digits that your app shows, or a recovery code."


class SecondStepStale(SignInRefusal):
    code = "second-step-stale"
    message = (
        "Give your password again: you gave it more than ten minutes ago, or your user was"
        " changed since."
    )


@pages.get(SIGN_IN, is_open=True)
def ask_who(context: PageContext) -> Response:
    """Ask for a user name and a password."""
    if context.session is not None:
        return context.redirect(destination(context.parameter("next")))
    return sign_in_page(context)


@pages.post(SIGN_IN, is_open=True)
def sign_in(context: PageContext) -> Response:
    """Let somebody in, and on to the page that they wanted."""
    name, password = context.form.text("user"), context.form.all("password")
    try:
        raise_all(
            [
                *([] if name else [UserMissing(path=("user",))]),
                *([] if any(password) else [PasswordMissing(path=("password",))]),
            ]
        )
        user = accounts.check_password(
            context.command_context,
            name=name,
            password=password[0],
            address=address_of(context.request),
            at=context.at,
        )
    except (Malformed, SignInRefusal, TooManyTries) as refused:
        return sign_in_page(context, refused)
    proof = write_proof(
        context.command_context,
        user.name,
        purpose=second_step(context),
        expires_at=context.at + SECOND_STEP_LASTS,
    )
    if find_second_factor(context.command_context, user.name):
        return code_page(context, proof)
    if accounts.lacks_second_factor(context.command_context, user.name):
        return set_up_page(context, proof, user.name, make_secret())
    return begin_session(context, user, context.form.text("next"))


@pages.post(CODE, is_open=True)
def give_code(context: PageContext) -> Response:
    """Let somebody in who gave their password just now, and gives their code."""
    proof = context.form.text("proof")
    proved = read_proof(
        context.command_context, proof, purpose=second_step(context), at=context.at
    )
    if proved is None:
        return sign_in_page(context, SecondStepStale())
    user, _ = proved
    try:
        code = context.form.text("code")
        address = address_of(context.request)
        accounts.check_code(
            context.command_context,
            user=user,
            code=code,
            address=address,
            at=context.at,
        )
    except SecondFactorNeeded:
        return code_page(context, proof, CodeMissing(path=("code",)))
    except SecondFactorWrong as wrong:
        wrong.path = ("code",)
        return code_page(context, proof, wrong)
    except TooManyTries as refused:
        return code_page(context, proof, refused)
    return begin_session(context, user, context.form.text("next"))


def second_step(context: PageContext) -> str:
    """Name what the proof of a right password is for: to sign in with this browser."""
    return f"second step {context.secret}"


def code_page(
    context: PageContext, proof: str, refused: Exception | None = None
) -> Response:
    return context.page(
        "centres/sign_in_code.html",
        title="Give your code",
        refused=refused,
        proof=proof,
        asked=destination(context.form.text("next")),
        kept=context.form.text("kept"),
    )


def set_up_page(
    context: PageContext,
    proof: str,
    name: str,
    secret: str,
    refused: Exception | None = None,
) -> Response:
    """Show the secret that the app of who gave their password is to learn."""
    return context.page(
        "centres/sign_in_set_up.html",
        title="Set up your second factor",
        refused=refused,
        proof=proof,
        **describe_secret(context, secret, name),
    )


def start_session(
    context: PageContext, user: accounts.SignedInUser
) -> tuple[PageContext, str]:
    """Begin a session; gives the request as in it, and the text of its cookie."""
    issued = accounts.issue_token(
        context.command_context,
        user.actor(CHANNEL, request=context.request.state.request_id),
        label=browser_of(context),
        at=context.at,
        lasts=LASTS,
    )
    session = WebSession(
        user=user, token=issued.id, text=issued.text, used_at=context.at
    )
    inside = replace(context, session=session, secret=issued.text)
    return inside, cookie_of(context.service.store, issued.text, context.at)


def begin_session(
    context: PageContext, user: accounts.SignedInUser, wanted: str
) -> Response:
    """Have the browser signed in, and go on to the page that was wanted."""
    inside, text = start_session(context, user)
    response = kept_form_page(inside, context.form.text("kept")) or context.redirect(
        destination(wanted)
    )
    context.request.app.state.cookies.set_session(response, text)
    return response


@pages.post("/sign-out")
def sign_out(context: PageContext) -> Response:
    """End the session: its cookie opens nothing any more, wherever it may have gone."""
    if context.session is not None:
        command = RevokeToken(**context.command_metadata(), token=context.session.token)
        context.send(command)
    has_issuer = context.request.app.state.issuer is not None
    response = context.redirect(f"{SIGN_IN}?anew=1" if has_issuer else SIGN_IN)
    context.request.app.state.cookies.end_session(response)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def sign_in_page(
    context: PageContext, refused: Exception | None = None, *, wanted: str = ""
) -> Response:
    """Ask who it is, with all that was sent but the password."""
    is_other = isinstance(refused, UserOfIssuerUnknown)
    asked = wanted or context.form.text("next") or context.parameter("next") or ""
    issuer = context.request.app.state.issuer
    is_out = issuer is not None and context.parameter("anew") is not None
    return ask_to_sign_in(
        context,
        issuer_end_address=issuer.end_session_address() if is_out else None,
        asked=destination(asked),
        kept=context.form.text("kept"),
        name=context.form.text("user"),
        refused=refused,
        status=status_of(refused) if isinstance(refused, IssuerUnavailable) else None,
        anew=is_other or context.parameter("anew") is not None,
    )


def kept_form_page(context: PageContext, kept: str) -> Response | None:
    """Show what was typed before the session ended, to be sent on; None if nothing was."""
    found = read_kept_form(
        context.service.store, kept, user=context.user.name, at=context.at
    )
    if found is None:
        return None
    return context.page(
        "centres/given_back.html",
        title="You are signed in again",
        action=found.action,
        typed=[(name, text) for name, texts in found.values.items() for text in texts],
        files=found.files,
    )


def destination(asked: str | None) -> str:
    """Give where to go on to: a page of ours, whatever was asked."""
    is_ours = asked and asked.startswith("/") and not asked.startswith(("//", "/\\"))
    is_short = asked and len(json.dumps(asked)) <= MOST_ASKED
    return asked if asked and is_ours and is_short and asked.isprintable() else "/"


def browser_of(context: PageContext) -> str:
    """Say what somebody signs in with, to know it again in the list of sessions."""
    agent = context.request.headers.get("user-agent", "")
    browser = next((name for mark, name in BROWSERS if mark in agent), "A browser")
    system = next((f" on {name}" for mark, name in SYSTEMS if mark in agent), "")
    return f"{browser}{system}"
