"""Offline tests over HTTP: packages checked and downloaded, answers received."""

from base64 import b64encode
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import ConfigDict, Field

from access import pins
from access.policy import require_may
from aggregates.errors import Malformed
from api.bookings.bookings import Booked, BookingResponse, respond_with_booking
from api.http.dependencies import By, Now, ServiceOf
from api.http.file_body import file_body
from api.http.request_context import RequestContextOf
from api.http.responses import set_event_position
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody
from commands.bookings.package import DownloadPackage, ReceiveAnswers
from events.centres.user import Role
from files.answer_package import MOST_ANSWERS
from queries.bookings.package_checks import check_package
from repositories.aggregate_types import BOOKING
from repositories.repository import load

router = Router(prefix="/bookings", tags=["bookings"])

ZIP: dict[str, Any] = {
    "application/zip": {"schema": {"type": "string", "format": "binary"}}
}
ANSWERS: dict[str, Any] = {
    "application/octet-stream": {
        "schema": {"type": "string", "format": "binary", "maxLength": MOST_ANSWERS}
    }
}


class AnswersTooLarge(Malformed):
    code = "answers-too-large"
    message = (
        f"Answers have at most {MOST_ANSWERS // 2**20} MB. Send what the offline client"
        " saved, and nothing else."
    )


class CheckResponse(ResponseBody, title="PackageCheck"):
    """One check: its subject, and why it passes or fails (B13)."""

    model_config = ConfigDict(from_attributes=True)

    about: str = Field(examples=["booking"])
    passes: bool
    reason: str


class Download(RequestBody, title="PackageDownload"):
    """The PIN that opens the package, and the offline client that it is for."""

    pin: str = Field(pattern="^[0-9]{4}$", examples=["4821"])
    client: str = Field(max_length=100, examples=["0f3c2d1b5a69788796a50f3c2d1b5a69"])


class Zip(Response):
    media_type = "application/zip"


AnswersSent = Annotated[bytes, file_body(MOST_ANSWERS, AnswersTooLarge)]


@router.get("/{booking}/package", operation_id="checkPackage")
def check(
    booking: Booked,
    service: ServiceOf,
    by: By,
    now: Now,
    client: Annotated[str | None, Query(max_length=100)] = None,
    file_sha256: Annotated[
        str | None,
        Query(
            alias="sha256",
            pattern="^[0-9A-Fa-f]{64}$",
            description="The SHA-256 of the package as the offline client has it.",
        ),
    ] = None,
) -> list[CheckResponse]:
    """Make the four checks of the package downloaded last, as often as wanted (B13).

    If none was downloaded yet, the third check says so.
    """
    found = check_package(service.context, booking, client, by, now, sha256=file_sha256)
    return [CheckResponse.model_validate(each) for each in found]


@router.post(
    "/{booking}/package",
    operation_id="downloadPackage",
    response_class=Zip,
    responses={200: {"content": ZIP, "description": "The package."}},
)
def download(
    booking: Booked, body: Download, service: ServiceOf, by: By, now: Now
) -> Zip:
    """Download the package of an offline test, for a client and your PIN (B13).

    Both are needed to open it, as docs/offline.md says. Each download is a package of its
    own. A wrong PIN counts as a try (B14).
    """
    require_may(DownloadPackage, Role(by.role))
    load(BOOKING, booking, store=service.store, reader=by)
    command = DownloadPackage(
        by=by,
        at=now,
        booking=booking,
        client=body.client,
        pin=body.pin,
        proof=pins.prove(body.pin, context=service.context, by=by, at=now),
    )
    done = service.send(command)
    name = f"{booking}-{done.created_id}.zip"
    response = Zip(done.content)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    digest = b64encode(sha256(done.content).digest()).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    set_event_position(response, done)
    return response


@router.post(
    "/{booking}/answers",
    operation_id="sendAnswers",
    openapi_extra={"requestBody": {"required": True, "content": ANSWERS}},
)
def send_answers(
    booking: Booked,
    content: AnswersSent,
    context: RequestContextOf,
    package: Annotated[
        str | None,
        Query(
            max_length=100,
            description="Which package they are from, if that is to be checked.",
            examples=["0f3c2d1b5a69788796a50f3c2d1b5a69"],
        ),
    ] = None,
) -> BookingResponse:
    """Send the answer package of an offline test; 5 MB at most (B11, B15).

    docs/offline.md describes it; it must be this booking's. It records that the test was
    taken. Sending the same answers again changes nothing.
    """
    return context.answer(
        ReceiveAnswers(
            **context.command_metadata,
            booking=booking,
            package=package,
            content=content,
        ),
        respond_with_booking,
        booking,
    )
