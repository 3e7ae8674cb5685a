"""Who is signed in proves again that it is they, before what cannot be taken back.

By their password, and their code if they have a second factor; or at the issuer, which
asks them anew, and which then holds for some minutes in the same session.
"""

from datetime import timedelta

from starlette.responses import Response

from access import accounts
from access.proofs import write_proof
from web.http.context import PageContext
from web.http.cookies import Cookies
from web.http.page_router import address_of

PROOF_LASTS = timedelta(minutes=5)
"""How long it holds that the issuer asked anew who somebody is (d)."""


def require_password_again(
    context: PageContext, path: tuple[str | int, ...] = ("password",)
) -> None:
    """Raise a refusal unless the field holds the user's own password.

    With a second factor the field ``code`` must hold its code. Wrong ones are counted as
    at sign-in. Who proved themselves at the issuer just now is asked for neither. Raises
    CurrentPasswordWrong, CurrentCodeWrong or throttle.TooManyTries.
    """
    if context.has_proved:
        return
    name = "-".join(map(str, path))
    accounts.require_password(
        context.command_context,
        name=context.user.name,
        password=next(iter(context.form.all(name)), ""),
        code=context.form.text("code"),
        address=address_of(context.request),
        at=context.at,
        path=path,
    )


def keep_proof(context: PageContext, response: Response) -> None:
    """Have the browser keep that its user proved just now who they are."""
    text = write_proof(
        context.command_context,
        context.user.name,
        purpose=context.proof_purpose,
        expires_at=context.at + PROOF_LASTS,
    )
    cookies: Cookies = context.request.app.state.cookies
    cookies.set_proof(response, text, int(PROOF_LASTS.total_seconds()))
