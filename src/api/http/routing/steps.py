"""The steps of a route: its dependencies in order, then its own function; each runs once."""

from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import iscoroutinefunction, isgeneratorfunction
from typing import Any, TypeAlias

from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from pydantic_core import PydanticUndefined

Location: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value of the request for a step; ``default`` is undefined if it is required.

    ``validate`` returns the typed value and the errors.
    """

    name: str
    alias: str
    location: Location
    default: Any
    validate: Callable[..., tuple[Any, list[Any]]]

    def read_value(self, sent: Any, errors: list[Any]) -> Any:
        """Read the value, undefined if absent; add errors to ``errors``."""
        if sent is not PydanticUndefined:
            value, found = self.validate(sent, loc=self.location)
            errors += found
            return value
        if self.default is PydanticUndefined:
            errors.append({"type": "missing", "loc": self.location})
        return self.default


@dataclass(frozen=True, slots=True)
class Step:
    """A function to run: a route's dependency, or its own function.

    ``inputs`` maps argument names to the numbers of earlier steps. ``is_waiting``: it runs
    on the event loop. ``is_context``: its value is that of a ``with`` statement.
    """

    call: Callable[..., Any]
    inputs: tuple[tuple[str | None, int], ...]
    path: tuple[Parameter, ...]
    query: tuple[Parameter, ...]
    headers: tuple[Parameter, ...]
    json: Parameter | None
    takes_form: bool
    request_name: str | None
    response_name: str | None
    is_waiting: bool
    is_context: bool


def steps_of(dependant: Dependant) -> tuple[Step, ...]:
    """List the steps of a route: its dependencies, then its own function."""
    steps: list[Step] = []
    numbers: dict[Any, int] = {}

    def number_of(each: Dependant) -> int:
        if each.call not in numbers:
            inputs = [(sub.name, number_of(sub)) for sub in each.dependencies]
            numbers[each.call] = len(steps)
            steps.append(step_of(each, inputs))
        return numbers[each.call]

    number_of(dependant)
    return tuple(steps)


def step_of(dependant: Dependant, inputs: Iterable[tuple[str | None, int]]) -> Step:
    call: Any = dependant.call
    body = dependant.body_params
    takes_form = any(isinstance(each.field_info, Form) for each in body)
    return Step(
        call=contextmanager(call) if isgeneratorfunction(call) else call,
        inputs=tuple(inputs),
        path=tuple(parameter_of(each, "path") for each in dependant.path_params),
        query=tuple(parameter_of(each, "query") for each in dependant.query_params),
        headers=tuple(parameter_of(each, "header") for each in dependant.header_params),
        json=parameter_of(body[0]) if body and not takes_form else None,
        takes_form=takes_form,
        request_name=dependant.request_param_name,
        response_name=dependant.response_param_name,
        is_waiting=iscoroutinefunction(call),
        is_context=isgeneratorfunction(call),
    )


def parameter_of(field: Any, where: str | None = None) -> Parameter:
    """Convert the framework's parameter; without ``where`` it is one of the body."""
    alias = field.validation_alias or field.alias
    return Parameter(
        name=field.name,
        alias=alias,
        location=(where, alias) if where else ("body",),
        default=field.get_default(),
        validate=field.validate,
    )
