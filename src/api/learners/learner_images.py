"""Photographs and signatures of learners over HTTP."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Response

from aggregates.learners.image import MOST_BYTES, ImageTooLarge
from api.http.dependencies import By, ServiceOf
from api.http.file_body import file_body
from api.http.request_context import ConditionalContextOf
from api.http.responses import set_etag
from api.http.routing.router import Router
from api.learners.learners import Called, LearnerResponse, respond_with_learner
from commands.learners.learner_image import SubmitLearnerImage, read_image
from events.learners.learner import ImageKind

router = Router(prefix="/learners", tags=["learners"])

SUBMITTING = {
    ImageKind.PHOTOGRAPH: "setLearnerPhotograph",
    ImageKind.SIGNATURE: "setLearnerSignature",
}
SHOWING = {
    ImageKind.PHOTOGRAPH: "downloadLearnerPhotograph",
    ImageKind.SIGNATURE: "downloadLearnerSignature",
}
"""The operations of each kind: literals, because clients use them."""

FILE = {"schema": {"type": "string", "format": "binary", "maxLength": MOST_BYTES}}
FILES: dict[str, Any] = {"image/jpeg": FILE, "image/png": FILE}


ImageSent = Annotated[bytes, file_body(MOST_BYTES, ImageTooLarge)]


def submitting(kind: ImageKind) -> Callable[..., LearnerResponse]:
    """Make the route that receives an image of that kind."""

    def submit(
        learner: Called,
        context: ConditionalContextOf,
        content: ImageSent,
    ) -> LearnerResponse:
        command = SubmitLearnerImage(
            **context.command_metadata, learner=learner, kind=kind, content=content
        )
        context.send(command)
        return respond_with_learner(context, learner)

    return submit


def showing(kind: ImageKind) -> Callable[..., Response]:
    """Make the route that returns an image of that kind."""

    def download_image(learner: Called, service: ServiceOf, by: By) -> Response:
        stream, image, content = read_image(service.context, learner, kind, by)
        suffix = image.media_type.removeprefix("image/")
        name = f"{learner}-{kind}.{suffix}"
        response = Response(content, media_type=image.media_type)
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        set_etag(response, stream)
        return response

    return download_image


for kind in ImageKind:
    router.add_api_route(
        f"/{{learner}}/{kind}",
        submitting(kind),
        methods=["PUT"],
        operation_id=SUBMITTING[kind],
        summary=f"Add or replace the {kind}: the body is a JPEG or PNG, 5 MB at most.",
        description="It is written anew as a plain picture: upright, with no place, date "
        "or comment in it, and nothing behind it (L1). What the Content-Type says does "
        "not matter, only what is sent: 415 if that is neither JPEG nor PNG.",
        openapi_extra={"requestBody": {"required": True, "content": FILES}},
    )
    router.add_api_route(
        f"/{{learner}}/{kind}",
        showing(kind),
        methods=["GET"],
        operation_id=SHOWING[kind],
        summary=f"Give the {kind} of a learner, now or (as_at) then (L1, H3).",
        response_class=Response,
        responses={200: {"content": FILES, "description": f"The {kind}."}},
    )
