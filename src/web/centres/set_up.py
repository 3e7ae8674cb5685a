"""Signing in for the first time where a password alone lets nobody in."""

from starlette.responses import Response

from access.accounts import lacks_second_factor
from access.proofs import read_proof
from access.second_factor import make_secret
from commands.command import CommandMetadata
from web.centres.second_factor import (
    SecretNotOurs,
    confirm_secret,
    recovery_codes_page,
    turn_on_with,
)
from web.centres.sign_in import (
    SET_UP,
    SecondStepStale,
    second_step,
    set_up_page,
    sign_in_page,
    start_session,
)
from web.http.context import CHANNEL, PageContext
from web.http.faults import REFUSED
from web.http.page_router import PageRouter

pages = PageRouter()


@pages.post(SET_UP, is_open=True)
def set_up(context: PageContext) -> Response:
    """Turn on the second factor of who gave their password just now, and let them in."""
    proof, secret = context.form.text("proof"), context.form.text("secret")
    proved = read_proof(
        context.command_context, proof, purpose=second_step(context), at=context.at
    )
    if proved is None or not lacks_second_factor(
        context.command_context, proved[0].name
    ):
        return sign_in_page(context, SecondStepStale())
    user, _ = proved
    by = user.actor(CHANNEL, request=context.request.state.request_id)
    try:
        step = confirm_secret(context, secret)
        metadata = CommandMetadata(by=by, at=context.at, expect=None)
        codes = turn_on_with(context, secret, step, metadata)
    except SecretNotOurs as refused:
        return set_up_page(context, proof, user.name, make_secret(), refused)
    except REFUSED as refused:
        return set_up_page(context, proof, user.name, secret, refused)
    inside, text = start_session(context, user)
    response = recovery_codes_page(inside, codes)
    context.request.app.state.cookies.set_session(response, text)
    return response
