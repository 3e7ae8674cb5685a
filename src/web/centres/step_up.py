"""The password again, before what cannot be taken back."""

from access import accounts
from web.http.context import PageContext
from web.http.page_router import address_of


def require_password_again(
    context: PageContext, path: tuple[str | int, ...] = ("password",)
) -> None:
    """Raise a refusal unless the field holds the user's own password.

    With a second factor the field ``code`` must hold its code. Wrong ones are counted as
    at sign-in. Raises CurrentPasswordWrong, CurrentCodeWrong or throttle.TooManyTries.
    """
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
