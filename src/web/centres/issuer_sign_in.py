"""Signing in with an account of one's organisation, by its OpenID Connect issuer."""

from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

from access.errors import SignInRefusal
from access.oidc import sign_in
from access.oidc.issuer import Issuer
from access.oidc.refusals import IssuerUnavailable
from web.centres.sign_in import (
    begin_session,
    destination,
    sign_in_page,
)
from web.centres.step_up import keep_proof
from web.http.context import PageContext
from web.http.cookies import Cookies
from web.http.page_router import PageRouter, address_of

pages = PageRouter()

BEGIN, RETURN = "/sign-in/issuer", "/sign-in/return"


@pages.get(BEGIN, is_open=True)
def begin(context: PageContext) -> Response:
    """Send somebody to the issuer; a link does it, as forms may go to ourselves only."""
    wanted = destination(context.parameter("next"))
    anew = context.parameter("anew") is not None
    try:
        return _to_issuer(context, wanted=wanted, anew=anew)
    except IssuerUnavailable as refused:
        return sign_in_page(context, refused, wanted=wanted)


@pages.get(BEGIN + "/again")
def prove_again(context: PageContext) -> Response:
    """Send who is signed in to the issuer, to prove that it is still they."""
    wanted = destination(context.parameter("next"))
    return _to_issuer(context, wanted=wanted, proves=context.user.name)


def _to_issuer(
    context: PageContext, *, wanted: str, anew: bool = False, proves: str = ""
) -> Response:
    address, request = sign_in.begin(
        issuer_of(context), wanted=wanted, at=context.at, anew=anew, proves=proves
    )
    response = RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
    cookies_of(context).set_request(
        response,
        request.pack(context.service.store),
        int(sign_in.LASTS.total_seconds()),
    )
    return response


@pages.get(RETURN, is_open=True)
def finish(context: PageContext) -> Response:
    """Let in whom the issuer sends back, and on to the page that they wanted."""
    cookies, store = cookies_of(context), context.service.store
    kept = cookies.request_of(context.request)
    request = sign_in.SignInRequest.unpack(kept, store, context.at)
    wanted = request.wanted if request else ""
    session = context.session
    is_proof = bool(request and session and session.user.name == request.proves)
    try:
        user = sign_in.finish(
            context.command_context,
            issuer_of(context),
            request,
            context.request.query_params,
            address=address_of(context.request),
            at=context.at,
        )
    except (SignInRefusal, IssuerUnavailable) as refused:
        response = (
            context.refusal_page(refused)
            if is_proof
            else sign_in_page(context, refused, wanted=wanted)
        )
    else:
        if is_proof:
            response = context.redirect(wanted)
            keep_proof(context, response)
        else:
            response = begin_session(context, user, wanted)
    cookies.end_request(response)
    return response


def issuer_of(context: PageContext) -> Issuer:
    issuer: Issuer = context.request.app.state.issuer
    return issuer


def cookies_of(context: PageContext) -> Cookies:
    cookies: Cookies = context.request.app.state.cookies
    return cookies
