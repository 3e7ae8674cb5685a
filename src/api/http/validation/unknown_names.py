"""The names that a route knows, and the nearest one to an unknown name."""

from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from fastapi.dependencies.models import Dependant
from fastapi.params import File, Form
from fastapi.routing import APIRoute
from pydantic import AliasChoices, BaseModel

from api.http.credentials import TicketParameter

LIKE = 60
"""The least similarity, in per cent, at which a name is suggested (d)."""
OPPOSITES = (
    ("same", "different"),
    ("first", "last"),
    ("given", "family"),
    ("from", "to"),
    ("since", "until"),
    ("before", "after"),
)
MEANT = {"same_person": "link_to"}
"""Known synonyms, for names that are not similar."""


def unknown_name_error(
    location: tuple[str | int, ...], known: Sequence[str]
) -> dict[str, Any]:
    """Describe an unknown name, with the nearest known one if it is similar."""
    name = str(location[-1])
    if location[0] == "query":
        kind = "unknown_parameter"
    else:
        kind = "unknown_field"
    ctx = {"name": name, "meant": suggest_name(name, known)}
    return {"type": kind, "loc": location, "ctx": ctx}


def suggest_name(name: str, known: Sequence[str]) -> str:
    """Ask whether the nearest known name was meant, if it is similar.

    A name with the opposite meaning is not suggested. Leave out of ``known`` the names also
    given.
    """
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - 4 MB, for a slip alone

    alike = [each for each in known if not are_opposite(name, each)]
    nearest = process.extractOne(
        name, alike, scorer=fuzz.WRatio, processor=plain, score_cutoff=LIKE
    )
    if MEANT.get(name) in alike:
        return f"Did you mean {MEANT[name]}?"
    return f"Did you mean {nearest[0]}?" if nearest else "Leave it out."


def are_opposite(one: str, other: str) -> bool:
    """Whether the names differ by a word and its opposite."""
    ours, theirs = set(one.lower().split("_")), set(other.lower().split("_"))
    return any(
        (first in ours and last in theirs) or (last in ours and first in theirs)
        for first, last in OPPOSITES
    )


def plain(name: str) -> str:
    """Write ``purchaseOrder`` and ``purchase_order`` alike."""
    return name.replace("_", "").replace("-", "").lower()


def with_nearest(
    route: APIRoute | None, errors: Sequence[Mapping[str, Any]], body: object = None
) -> list[Mapping[str, Any]]:
    """Add the nearest known member to each error about an unknown member of a body."""

    def unsaid(path: Sequence[str | int]) -> list[str]:
        said = within(body, path)
        return [name for name in member_names(route, path) if name not in said]

    return [
        unknown_name_error(error["loc"], unsaid(error["loc"][1:-1]))
        if route and error["type"] == "extra_forbidden"
        else error
        for error in errors
    ]


def query_names(route: APIRoute) -> tuple[str, ...]:
    """List the query parameters that a route declares."""

    def names(dependant: Dependant) -> Iterator[str]:
        if isinstance(dependant.call, TicketParameter):
            yield dependant.call.model.name
        yield from (each.alias for each in dependant.query_params)
        for each in dependant.dependencies:
            yield from names(each)

    return tuple(dict.fromkeys(names(route.dependant)))


def form_names(route: APIRoute) -> tuple[str, ...]:
    """List the fields of the form that a route takes; none if it takes no form."""
    fields = route.dependant.body_params
    return tuple(each.alias for each in fields if isinstance(each.field_info, Form))


def file_names(route: APIRoute) -> tuple[str, ...]:
    """List the fields of the form that are files."""
    fields = route.dependant.body_params
    return tuple(each.alias for each in fields if isinstance(each.field_info, File))


def takes_nothing(route: APIRoute) -> bool:
    """Whether the route takes no body."""
    return not route.body_field and "requestBody" not in (route.openapi_extra or {})


def within(body: Any, path: Sequence[str | int]) -> Mapping[str, Any]:
    """Return the object at a path in a body, empty if there is none."""
    for step in path:
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            return {}
    return body if isinstance(body, Mapping) else {}


def member_names(route: APIRoute | None, path: Sequence[str | int]) -> list[str]:
    """List the members that an object in a route's body may have."""
    if route is None or route.body_field is None:
        return []
    types = [*models(route.body_field.field_info.annotation)]
    for step in path:
        types = [
            inner
            for each in types
            for name, field in each.model_fields.items()
            if step in names_of(name, field.alias, field.validation_alias)
            for inner in models(field.annotation)
        ] or types  # an index of a list, a key of a mapping: the same models inside
    return [
        alias
        for each in types
        for name, field in each.model_fields.items()
        for alias in names_of(name, field.alias, field.validation_alias)[:1]
    ]


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a type is, or contains."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) is Annotated:
        yield from models(get_args(annotation)[0])
    elif get_origin(annotation) in {Union, UnionType, list, tuple, dict}:
        for each in get_args(annotation):
            yield from models(each)


def names_of(
    name: str, alias: str | None, others: str | AliasChoices | Any
) -> list[str]:
    """List the names by which a member may be sent, the main one first."""
    if isinstance(others, AliasChoices):
        return [each for each in others.choices if isinstance(each, str)]
    return [others or alias or name]
