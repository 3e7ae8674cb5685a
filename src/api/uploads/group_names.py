"""Groups of learners, given by number or by name wherever learners are chosen (U10)."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from aggregates.errors import FieldPath, Malformed
from aggregates.text import clean
from api.http.dependencies import WAITED
from api.http.request_context import RequestContext
from events.identifier import Kind, is_identifier
from projections.uploads import uploads

GroupName = Annotated[
    str,
    Field(
        max_length=1000,
        description="The number of a group, or its name.",
        examples=["G-0000000042"],
    ),
]


class GroupNameUnknown(Malformed):
    code = "group-name-unknown"
    message = (
        "No group of your centre is called {name}. GET /learner-groups lists them; give"
        " the name or the number of one."
    )


class GroupNameAmbiguous(Malformed):
    code = "group-name-ambiguous"
    message = (
        "More than one group is called {name}: {groups}. Give the number of the one that"
        " you mean."
    )


def group_numbers(
    context: RequestContext, names: Iterable[str], *, path: FieldPath
) -> tuple[str, ...]:
    """Find the user's groups by number or by name.

    Raises GroupNameUnknown, or GroupNameAmbiguous, which says who uploaded each.
    """
    return tuple(
        group_number(context, name, path=(*path, place))
        for place, name in enumerate(names)
    )


def group_number(context: RequestContext, name: str, *, path: FieldPath) -> str:
    """Find one group by number or by name. Raises as ``group_numbers`` does."""
    number = clean(name).upper()
    if is_identifier(Kind.GROUP, number):
        return number
    context.service.read_models.wait_for(context.service.store.head(), WAITED)
    with context.service.rows(context.by.centre) as connection:
        found = uploads.uploads_named(
            connection, centre=context.by.centre or "", name=name
        )
    if not found:
        raise GroupNameUnknown(path=path, name=name)
    if len(found) > 1:
        groups = " and ".join(f"{each.group} of {each.user}" for each in found)
        raise GroupNameAmbiguous(path=path, name=name, groups=groups)
    return found[0].group
