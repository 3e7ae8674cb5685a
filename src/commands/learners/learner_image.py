"""A learner's photograph and signature: the command that submits one, and reading one."""

from dataclasses import dataclass
from typing import ClassVar

from aggregates.learners.learner import ImageErased
from commands.command import Command, CommandContext, CommandResult, handles
from events.learners.learner import ImageKind, LearnerImageSubmitted
from repositories.aggregate_types import LEARNER
from repositories.repository import load
from store import Actor, Conflict, FileGone, Stream


@dataclass(frozen=True, kw_only=True)
class SubmitLearnerImage(Command):
    """Add a learner's photograph or signature, or replace it (L1)."""

    title: ClassVar = "submit a learner image"

    learner: str
    kind: ImageKind
    content: bytes


def read_image(
    context: CommandContext, learner: str, kind: ImageKind, by: Actor
) -> tuple[Stream, LearnerImageSubmitted, bytes]:
    """Read a photograph or signature: the learner's stream, the event, and the bytes.

    Raises NotFound if the user may not know of the learner, ImageMissing, ImageErased.
    """
    stream, found = load(LEARNER, learner, store=context.store, reader=by)
    image = found.image(kind)
    try:
        return stream, image, context.store.file(image.file)
    except FileGone:  # history before the erasure, which dropped the file
        raise ImageErased(learner=learner, kind=kind) from None


@handles(SubmitLearnerImage)
def submit_learner_image(
    command: SubmitLearnerImage, context: CommandContext
) -> CommandResult:
    """Store the image as an encrypted file; earlier images are kept (H2).

    If the learner has the same image already, nothing is recorded.
    """
    from files.image import plain_image  # noqa: PLC0415 - 3 MB, for images alone

    stream, learner = context.load(LEARNER, command.learner, command)
    learner.require_not_erased()
    image = plain_image(command.content)
    if learner.has_image(command.kind, image):
        return CommandResult(position=None)
    file = context.store.put_file(image.content, key_of=learner.person_id)
    change = stream.change(learner.submit_image(command.kind, image, file=file))
    try:
        return context.record(command, change)
    except Conflict:
        context.store.drop_file(file)
        raise
