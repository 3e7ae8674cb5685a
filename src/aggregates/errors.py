"""Refusals: why a command is not done."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypeAlias

FieldPath: TypeAlias = tuple[str | int, ...]
"""Where a value is in a request: ``("awards", 0, "grades")``; ``()`` is all of it."""


class Refusal(Exception):
    """A command is refused.

    The message is shown to the person who asked: one plain sentence that says what,
    where and what to do. It may name the values given to ``__init__``, as
    ``"The group {name} …"``. ``path`` leads to the value at fault in what
    was asked, where there is one. ``others`` are refusals of the same request, one for
    each value at fault, which are shown beside the message.

    ``code`` is the last part of the problem's ``type``: programs know the refusal by
    it, and it is stored, so it is never changed.
    """

    code: str
    message: str
    is_wrong_type = False
    """Whether what was sent is a file of a type that is not taken."""

    def __init__(
        self,
        *,
        path: FieldPath | None = None,
        others: Sequence["Refusal"] = (),
        **values: object,
    ) -> None:
        super().__init__()
        self.path = path
        self.others = tuple(others)
        self.values = values

    def __str__(self) -> str:
        return self.message.format(
            **{k: in_a_sentence(v) for k, v in self.values.items()}
        )


def in_a_sentence(value: object) -> object:
    """Write a day as people say it, 31 August 2027; all else as it is."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value.day} {value:%B %Y}"
    return value


class RuleBroken(Refusal):
    """The rules do not allow it as things stand."""


class Malformed(Refusal):
    """What was asked makes no sense, whatever has happened."""


class NotFound(Refusal):
    """There is no such thing, or it is another centre's: the message is the same."""

    code = "not-found"

    message = "There is no {what} {name} here. Check the number and try again."


class NotAllowed(Refusal):
    """The role does not have the right; the sentence says which role does."""

    code = "not-allowed"

    message = "Your role, {role}, may not {what}. Ask {who}."

    def __str__(self) -> str:
        """Name the system that alone may do it, where no role may."""
        if system := self.values.get("system"):
            return f"Only {system} may {self.values['what']}."
        return super().__str__()


MOST_SAID = 5
"""How many refusals are said one after the other; all are listed apart."""


def join_sentences(refusals: Sequence[Refusal]) -> str:
    """Say all of them one after the other, of many the first few."""
    sentences = " ".join(str(refusal) for refusal in refusals[:MOST_SAID])
    more = len(refusals) - MOST_SAID
    return f"{sentences} And {more:,} more." if more > 0 else sentences


def raise_all(refusals: Iterable[Refusal]) -> None:
    """Raise the first of the refusals, with all of them beside it; nothing if none."""
    found = tuple(refusals)
    if len(found) > 1:
        found[0].others = found
    if found:
        raise found[0]
