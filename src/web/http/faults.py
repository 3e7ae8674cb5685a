"""What a refusal is on a page: an error summary with links to the fields at fault."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from access.errors import SignInRefusal
from access.oidc.refusals import IssuerUnavailable
from access.throttle import TooManyTries
from aggregates.errors import FieldPath, NotAllowed, NotFound, Refusal, RuleBroken
from aggregates.loss import WorkWouldBeLost
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


CONFIRM_LOSS = "confirm_loss"
"""The field of the tick that lets typed work go."""
ON_PAGES: Mapping[str, str] = {
    "GET /learners?group= and the group's number lists them": (
        "the page of the group, under Uploads, lists them"
    ),
    "See GET /sittings for the times": "Manage bookings shows the times",
    "GET /offline-clients lists them": "the list on the page of the package has them",
}
"""What a sentence names an address of the API for, and what pages say instead."""


@dataclass(frozen=True, kw_only=True)
class FieldFault:
    """A sentence of the error summary; ``field`` is the id of the input, if there is one."""

    text: str
    field: str = ""

    @property
    def href(self) -> str:
        return f"#{self.field}" if self.field else ""


def name_pages(sentence: str) -> str:
    """Name the page in place of an address of the API."""
    for address, page in ON_PAGES.items():
        sentence = sentence.replace(address, page)
    return sentence


def field_id(path: FieldPath) -> str:
    """Name the input of a value: ("dates", 0, "ends") is dates-0-ends."""
    return "-".join(map(str, path))


def faults_of(error: Exception, at: datetime) -> tuple[FieldFault, ...]:
    """Say all that is wrong, each where it is."""
    return tuple(_faults(error, at))


def _faults(error: Exception, at: datetime) -> Iterator[FieldFault]:
    if isinstance(error, Refusal):
        for each in error.others or (error,):
            yield FieldFault(
                text=name_pages(str(each)), field=field_id(each.path or ())
            )
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
            return name_pages(str(error))


def status_of(error: Exception) -> HTTPStatus:
    """Give the status of a page that says this refusal and nothing else."""
    kinds = (status for kind, status in STATUS.items() if isinstance(error, kind))
    if isinstance(error, Refusal):
        return next(kinds, HTTPStatus.UNPROCESSABLE_ENTITY)
    return HTTPStatus.CONFLICT


class LossToConfirm(RuleBroken):
    """Typed work would go; a tick on the same page lets it."""

    code = "work-would-be-lost"
    message = (
        "This would be lost: {lost}. If it may go, tick “It may be lost” and send this"
        " again."
    )


def loss_in_words(refused: Exception | None) -> Exception | None:
    """Say a loss as a page asks about it, with a tick."""
    if isinstance(refused, WorkWouldBeLost):
        return LossToConfirm(path=(CONFIRM_LOSS,), lost=refused.values["lost"])
    return refused
