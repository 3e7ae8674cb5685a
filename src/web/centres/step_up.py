"""The password again, before what cannot be taken back."""

from access import accounts
from web.http.context import PageContext
from web.http.page_router import address_of


def require_password_again(
    context: PageContext, path: tuple[str | int, ...] = ("password",)
) -> None:
    """Raise CurrentPasswordWrong unless the field holds the user's own password.

    Wrong ones are counted as at sign-in. Raises throttle.TooManyTries too.
    """
    name = "-".join(map(str, path))
    accounts.require_password(
        context.command_context,
        name=context.user.name,
        password=next(iter(context.form.all(name)), ""),
        address=address_of(context.request),
        at=context.at,
        path=path,
    )
