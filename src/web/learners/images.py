"""A learner's photograph and signature: looked at, added, replaced (L1)."""

from collections.abc import Callable, Iterator, Mapping

from starlette.responses import Response

from aggregates.errors import Refusal
from aggregates.learners.image import MOST_BYTES, ImageEmpty, ImageTooLarge
from commands.learners.learner_image import SubmitLearnerImage, read_image
from events.learners.learner import ImageKind, LearnerImageSubmitted
from repositories.aggregate_types import LEARNER
from store import Stream
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.page_router import PageRouter
from web.learners.learners import LEARNERS

pages = PageRouter("learners")

PATHS: Mapping[ImageKind, str] = {
    ImageKind.PHOTOGRAPH: "photo",
    ImageKind.SIGNATURE: "signature",
}
"""The pages of each kind of image, below the learner."""


def typed_images(context: PageContext) -> Iterator[tuple[ImageKind, bytes]]:
    """Give the images that a form has, each read to its end. Raises at their fields."""
    from files.image import plain_image  # noqa: PLC0415 - 3 MB, for images alone

    for kind in ImageKind:
        file = context.form.files.get(kind)
        if file is None or not file.content:
            continue
        try:
            if len(file.content) > MOST_BYTES:
                raise ImageTooLarge
            plain_image(file.content)
        except Refusal as refused:
            refused.path = (str(kind),)
            raise
        yield kind, file.content


def image_page(
    context: PageContext,
    learner: str,
    kind: ImageKind,
    refused: Exception | None = None,
) -> Response:
    stream, person = context.load(LEARNER, learner)
    address = f"{LEARNERS}/{learner}"
    submitted = [each for each in images_of(stream) if each[1].kind is kind]
    return context.page(
        "learners/image.html",
        title=f"{kind.capitalize()} of {person.full_name}",
        crumbs=[("Learners", LEARNERS), (person.full_name, address)],
        refused=refused,
        learner=person,
        kind=str(kind),
        address=f"{address}/{PATHS[kind]}",
        submitted=submitted[-1] if submitted and not person.is_erased else None,
        may_submit=context.may(SubmitLearnerImage),
    )


def images_of(stream: Stream) -> Iterator[tuple[object, LearnerImageSubmitted]]:
    """Give the images of a learner, oldest first, each with when it was received."""
    for recorded in stream.history:
        if isinstance(recorded.event, LearnerImageSubmitted):
            yield recorded.recorded_at, recorded.event


def showing(kind: ImageKind) -> Callable[..., Response]:
    """Make the page of an image."""

    def show_image(context: PageContext, learner: str) -> Response:
        return image_page(context, learner, kind)

    return show_image


def submitting(kind: ImageKind) -> Callable[..., Response]:
    """Make what takes an image of that kind."""

    def submit_image(context: PageContext, learner: str) -> Response:
        try:
            content = dict(typed_images(context)).get(kind)
            if content is None:
                raise ImageEmpty(path=(str(kind),))
            done = context.send(
                SubmitLearnerImage(
                    **context.command_metadata(),
                    learner=learner,
                    kind=kind,
                    content=content,
                )
            )
        except REFUSED as refused:
            return image_page(context, learner, kind, refused)
        address = f"{LEARNERS}/{learner}/{PATHS[kind]}"
        return context.redirect(address, said=f"{kind.capitalize()} saved.", after=done)

    return submit_image


def giving(kind: ImageKind) -> Callable[..., Response]:
    """Make what gives the image itself, for the page to show."""

    def give_image(context: PageContext, learner: str) -> Response:
        _, image, content = read_image(
            context.command_context, learner, kind, context.by
        )
        return Response(content, media_type=image.media_type)

    return give_image


for kind, name in PATHS.items():
    pages.get(f"{LEARNERS}/{{learner}}/{name}")(showing(kind))
    pages.post(f"{LEARNERS}/{{learner}}/{name}")(submitting(kind))
    pages.get(f"{LEARNERS}/{{learner}}/{name}.image")(giving(kind))
