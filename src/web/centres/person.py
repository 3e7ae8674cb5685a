"""One person: another role, a link to choose a new password, an end of their access."""

from collections.abc import Callable
from typing import TypeAlias

from starlette.responses import Response

from access.invitations import hash_unknown_password
from access.policy import require_may
from access.second_factor import find_second_factor
from access.throttle import TooManyTries
from aggregates.centres.user import User
from commands.centres.second_factor import TurnOffSecondFactor
from commands.centres.user import (
    AddUser,
    ChangeUserRole,
    DisableUser,
    SetPassword,
    open_user,
)
from commands.command import CommandResult
from web.centres.people import (
    CRUMBS,
    PEOPLE,
    centre_for,
    link_page,
    read_role,
    roles_of,
)
from web.centres.step_up import require_password_again
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.inputs import read_version
from web.http.page_router import PageRouter

pages = PageRouter("settings")

ADDRESS = PEOPLE + "/{person}"

Change: TypeAlias = Callable[[PageContext, str], CommandResult]


@pages.get(ADDRESS)
def show_person(context: PageContext, person: str) -> Response:
    """Show a person, and what can be changed."""
    _, user = open_user(context.command_context, person, context.by)
    return context.page(
        "centres/person.html",
        title=user.full_name,
        crumbs=CRUMBS,
        person=user,
        address=f"{PEOPLE}/{user.name}",
        is_self=user.name == context.user.name,
        second_factor_is_on=find_second_factor(context.command_context, user.name)
        is not None,
        forbidden=context.forbidden_sentence(AddUser),
    )


@pages.get(ADDRESS + "/role")
def ask_for_role(context: PageContext, person: str) -> Response:
    return change_page(context, person, "role")


@pages.post(ADDRESS + "/role")
def change_role(context: PageContext, person: str) -> Response:
    """Give another role, unless somebody else changed the person meanwhile."""
    return _change(
        context,
        person,
        "role",
        said="{name} has another role now.",
        change=lambda context, name: context.send(
            ChangeUserRole(
                **context.command_metadata(
                    expect=read_version(context.form.text("version"))
                ),
                name=name,
                role=read_role(context),
                centre=centre_for(context),
                reason=context.form.text("reason") or None,
            )
        ),
    )


@pages.get(ADDRESS + "/disable")
def ask_to_disable(context: PageContext, person: str) -> Response:
    return change_page(context, person, "disable")


@pages.post(ADDRESS + "/disable")
def disable_person(context: PageContext, person: str) -> Response:
    """End somebody's access: they are signed out everywhere at once."""
    return _change(
        context,
        person,
        "disable",
        said="{name} can no longer sign in.",
        change=lambda context, name: context.send(
            DisableUser(
                **context.command_metadata(),
                name=name,
                reason=context.form.text("reason") or None,
            )
        ),
    )


@pages.get(ADDRESS + "/link")
def ask_for_link(context: PageContext, person: str) -> Response:
    return change_page(context, person, "link")


@pages.post(ADDRESS + "/link")
def give_link(context: PageContext, person: str) -> Response:
    """Give a link for a new password; who asks gives their own password first."""
    _, user = open_user(context.command_context, person, context.by)
    try:
        require_may(AddUser, context.user.role)
        require_password_again(context)
        done = context.send(
            SetPassword(
                **context.command_metadata(),
                name=user.name,
                password_hash=hash_unknown_password(),
                reason=context.form.text("reason") or None,
            )
        )
        return link_page(context, user.name, user.full_name, done)
    except (*REFUSED, TooManyTries) as refused:
        return change_page(context, person, "link", refused)


@pages.get(ADDRESS + "/second-factor")
def ask_to_reset(context: PageContext, person: str) -> Response:
    return change_page(context, person, "second-factor")


@pages.post(ADDRESS + "/second-factor")
def reset_second_factor(context: PageContext, person: str) -> Response:
    """Turn off a colleague's second factor; who asks gives their own password first."""

    def reset(context: PageContext, name: str) -> CommandResult:
        require_password_again(context)
        reason = context.form.text("reason") or None
        return context.send(
            TurnOffSecondFactor(**context.command_metadata(), name=name, reason=reason)
        )

    return _change(
        context,
        person,
        "second-factor",
        said="The second factor of {name} is off.",
        change=reset,
    )


def _change(
    context: PageContext, person: str, kind: str, *, said: str, change: Change
) -> Response:
    _, user = open_user(context.command_context, person, context.by)
    try:
        require_may(AddUser, context.user.role)
        done = change(context, user.name)
    except (*REFUSED, TooManyTries) as refused:
        return change_page(context, person, kind, refused)
    return context.redirect(
        f"{PEOPLE}/{user.name}", said=said.format(name=user.full_name), after=done
    )


TITLES = {
    "role": "Change what {name} may do",
    "disable": "End the access of {name}",
    "second-factor": "Reset the second factor of {name}",
    "link": "Give {name} a link for a new password",
}


def change_page(
    context: PageContext, person: str, kind: str, refused: Exception | None = None
) -> Response:
    stream, user = open_user(context.command_context, person, context.by)
    address = f"{PEOPLE}/{user.name}"
    return context.page(
        "centres/person_change.html",
        title=TITLES[kind].format(name=user.full_name),
        crumbs=[*CRUMBS, (user.full_name, address)],
        refused=refused,
        kind=kind,
        person=user,
        address=address,
        version=stream.version,
        roles=roles_of(context),
        typed=typed_values(context, user),
        sees_all=context.centre is None,
        cannot=why_not(context, user, kind),
    )


def typed_values(context: PageContext, user: User) -> dict[str, str]:
    """Give what was typed; before that, what holds now."""
    if context.request.method == "POST":
        names = ("role", "centre", "reason")
        return {name: context.form.text(name) for name in names}
    return {"role": user.role.value, "centre": user.centre or "", "reason": ""}


def why_not(context: PageContext, user: User, kind: str) -> str:
    """Say why the person cannot be changed so; empty if they can."""
    if forbidden := context.forbidden_sentence(AddUser):
        return forbidden
    if user.is_disabled:
        return (
            f"{user.full_name} can no longer sign in. Invite them under another name."
        )
    if user.name != context.user.name:
        return ""
    if kind == "link":
        return "This is you: change your own password instead."
    if kind == "second-factor":
        return "This is you: turn off your own second factor instead."
    return "This is you: ask another administrator to change it."
