"""The people of a centre: who may sign in, and as what; somebody new is invited."""

from starlette.responses import Response

from access.invitations import hash_unknown_password, make_invitation
from access.policy import require_may
from aggregates.centres.user import PERSONAL_ROLES, fold_user_name
from aggregates.errors import Malformed, RuleBroken
from commands.centres.user import AddUser
from commands.command import CommandResult
from events.centres.user import Role
from projections.centres.users import search_users
from repositories.aggregate_types import USER
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.inputs import ChoiceUnknown, read_choice
from web.http.lists import LISTED
from web.http.page_router import PageRouter

pages = PageRouter("settings")

PEOPLE, INVITE = "/settings/people", "/settings/invite"
TITLE = "People and roles"
CRUMBS = ((TITLE, PEOPLE),)
TYPED = ("name", "full_name", "role", "centre", "reason")
"""What somebody new is described by; each is a field."""


class LinkGivenBefore(RuleBroken):
    code = "link-given-before"
    message = (
        "This form was sent before, and the link it gave was used or replaced since. Give"
        " another link on the person's own page."
    )


class RoleMissing(Malformed):
    code = "role-missing"
    message = "Choose what this person may do."


@pages.get(PEOPLE)
def list_people(context: PageContext) -> Response:
    """List who may sign in, by user name."""
    with context.rows() as connection:
        found = search_users(
            connection,
            centre=context.centre,
            name=context.parameter("name") or "",
            limit=LISTED,
            cursor=context.parameter("after"),
        )
    return context.page(
        "centres/people.html",
        title=TITLE,
        people=found.rows,
        asked=context.parameter("name") or "",
        sees_all=context.centre is None,
        forbidden=context.forbidden_sentence(AddUser),
        next_address=found.next_cursor
        and context.address_with(after=found.next_cursor),
    )


@pages.get(INVITE)
def ask_for_person(context: PageContext) -> Response:
    """Ask whom to invite."""
    return new_page(context)


@pages.post(INVITE)
def invite_person(context: PageContext) -> Response:
    """Let somebody sign in, and give the link by which they choose their password."""
    form = context.form
    try:
        require_may(AddUser, context.user.role)
        name = fold_user_name(form.text("name"))
        done = context.send(
            AddUser(
                **context.command_metadata(),
                name=name,
                full_name=form.text("full_name"),
                role=read_role(context),
                centre=centre_for(context),
                password_hash=hash_unknown_password(),
                reason=form.text("reason") or None,
            )
        )
        return link_page(context, name, form.text("full_name"), done)
    except REFUSED as refused:
        return new_page(context, refused)


def new_page(context: PageContext, refused: Exception | None = None) -> Response:
    return context.page(
        "centres/person_new.html",
        title="Invite somebody",
        crumbs=CRUMBS,
        refused=refused,
        typed={name: context.form.text(name) for name in TYPED},
        roles=roles_of(context),
        forbidden=context.forbidden_sentence(AddUser),
        needs_reason=not context.user.role.is_of_a_centre,
    )


def link_page(
    context: PageContext, name: str, full_name: str, done: CommandResult
) -> Response:
    """Show the link of a user as ``done`` left them. Raises LinkGivenBefore.

    The form may be sent again long after: what has happened to the user meanwhile, a
    link used or another role given, is not to be had by an old form.
    """
    stream = context.command_context.store.open(USER.stream_id(name))
    if stream.history[-1].position != done.position:
        raise LinkGivenBefore
    link = make_invitation(context.command_context, name, context.at)
    return context.page(
        "centres/invited.html",
        title=f"Send this link to {full_name}",
        crumbs=CRUMBS,
        name=name,
        link=f"{context.public_address}/invitation?for={link.text}",
        expires_at=link.expires_at,
    )


def read_role(context: PageContext) -> Role:
    """Read the role that was chosen. Raises RoleMissing or ChoiceUnknown."""
    role = read_choice(Role, context.form.text("role"), "role")
    if role is None:
        raise RoleMissing(path=("role",))
    if role.value not in dict(roles_of(context)):
        raise ChoiceUnknown(path=("role",), given=role.value)
    return role


def centre_for(context: PageContext) -> str | None:
    """Give the centre that a role is given at: one's own, or the one typed."""
    return context.centre or context.form.text("centre") or None


def roles_of(context: PageContext) -> list[tuple[str, str]]:
    """List the roles that the user may give, as choices."""
    own = context.centre is not None
    return [
        (role.value, role.value)
        for role in Role
        if role in PERSONAL_ROLES and (role.is_of_a_centre or not own)
    ]
