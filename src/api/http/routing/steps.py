"""What a route depends on, in the order of its declaration, each run once a request."""

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
    """A value of the request that a step takes; ``default`` is undefined if it must be sent.

    ``validate`` gives the value as its type has it, and what is wrong with it.
    """

    name: str
    alias: str
    location: Location
    default: Any
    validate: Callable[..., tuple[Any, list[Any]]]

    def read_value(self, sent: Any, errors: list[Any]) -> Any:
        """Read what was sent, undefined for nothing; errors are added to those found."""
        if sent is not PydanticUndefined:
            value, found = self.validate(sent, loc=self.location)
            errors += found
            return value
        if self.default is PydanticUndefined:
            errors.append({"type": "missing", "loc": self.location})
        return self.default


@dataclass(frozen=True, slots=True)
class Step:
    """A function to be run: one that a route depends on, or its own.

    ``inputs`` are the numbers of earlier steps, by the names that their values have here;
    ``is_waiting`` says that it runs on the event loop, ``is_context`` that its value is
    what the ``with`` statement gives.
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
    """List the steps of a route: what it depends on before it, its own function last."""
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
    """Take over what the framework found out of a parameter; of the body without ``where``."""
    alias = field.validation_alias or field.alias
    return Parameter(
        name=field.name,
        alias=alias,
        location=(where, alias) if where else ("body",),
        default=field.get_default(),
        validate=field.validate,
    )
