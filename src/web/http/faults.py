"""What a refusal is on a page: an error summary with links to the fields at fault."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from access.errors import SignInRefusal
from access.oidc.refusals import IssuerUnavailable
from access.throttle import TooManyTries
from aggregates.errors import FieldPath, NotAllowed, NotFound, Refusal, RuleBroken
from queries.conflicts import describe_changes
from repositories.repository import Stale
from store import AlreadyDone, AlreadyReserved, Conflict

STATUS: Mapping[type[Refusal], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    NotAllowed: HTTPStatus.FORBIDDEN,
    RuleBroken: HTTPStatus.CONFLICT,
    SignInRefusal: HTTPStatus.UNAUTHORIZED,
    TooManyTries: HTTPStatus.TOO_MANY_REQUESTS,
    IssuerUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
REFUSED = (Refusal, Conflict, AlreadyReserved, AlreadyDone)
"""What commands and queries are refused with."""


@dataclass(frozen=True, kw_only=True)
class FieldFault:
    """A sentence of the error summary; ``field`` is the id of the input, if there is one."""

    text: str
    field: str = ""

    @property
    def href(self) -> str:
        return f"#{self.field}" if self.field else ""


def field_id(path: FieldPath) -> str:
    """Name the input of a value: ("dates", 0, "ends") is dates-0-ends."""
    return "-".join(map(str, path))


def faults_of(error: Exception, at: datetime) -> tuple[FieldFault, ...]:
    """Say all that is wrong, each where it is."""
    return tuple(_faults(error, at))


def _faults(error: Exception, at: datetime) -> Iterator[FieldFault]:
    if isinstance(error, Refusal):
        for each in error.others or (error,):
            yield FieldFault(text=str(each), field=field_id(each.path or ()))
    else:
        yield FieldFault(text=sentence_of(error, at))


def sentence_of(error: Exception, at: datetime) -> str:
    """Say in a sentence why it was refused, and what to do."""
    match error:
        case Stale() if not error.between:
            return "This has been changed since you opened it. Look again, then decide."
        case Conflict():
            return f"{describe_changes(error.between, at)} Look again, then decide."
        case AlreadyReserved():
            return "Somebody else took this name or number just now. Choose another."
        case AlreadyDone():
            return "This has been done already. Look at it again."
        case _:
            return str(error)


def status_of(error: Exception) -> HTTPStatus:
    """Give the status of a page that says this refusal and nothing else."""
    kinds = (status for kind, status in STATUS.items() if isinstance(error, kind))
    if isinstance(error, Refusal):
        return next(kinds, HTTPStatus.UNPROCESSABLE_ENTITY)
    return HTTPStatus.CONFLICT
