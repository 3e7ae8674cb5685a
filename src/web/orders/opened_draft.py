"""What is put together in steps and saved all the time: who saved it, and at what."""

from collections.abc import Sequence
from dataclasses import dataclass

from access.accounts import find_user
from commands.command import CommandMetadata
from store import Stream
from web.http.context import PageContext
from web.http.inputs import read_version

MOST_MISSING = 2
"""How many things a step lacks are said; the others are counted."""


@dataclass(frozen=True, kw_only=True)
class OpenedDraft:
    """A draft that somebody looks at, with its stream."""

    context: PageContext
    stream: Stream

    @property
    def saved_by(self) -> str:
        """Name who changed it last."""
        last = self.stream.history[-1]
        user = find_user(self.context.command_context, last.user)
        return user.full_name if user else last.user

    @property
    def metadata(self) -> CommandMetadata:
        """Give what a command carries: the version that the form was shown at.

        Raises VersionMissing.
        """
        shown_at = read_version(self.context.form.text("version"))
        return self.context.command_metadata(expect=shown_at)


def first_of(sentences: Sequence[str]) -> Sequence[str]:
    """Say the first few, and count the others."""
    more = len(sentences) - MOST_MISSING
    if more <= 1:
        return sentences
    return [*sentences[:MOST_MISSING], f"And {more:,} more like this."]
