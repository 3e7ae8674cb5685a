"""Refusals: why a command is not carried out."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypeAlias

FieldPath: TypeAlias = tuple[str | int, ...]
"""The path to a value in a request, as ``("awards", 0, "grades")``; ``()`` is the whole."""


class Refusal(Exception):
    """A command is refused.

    The message is shown to the person who asked: one plain sentence that says what is
    wrong, where, and what to do. It may name the values given to ``__init__``, as in ``"The
    group {name} …"``. ``path`` leads to the value at fault, if one is. ``others`` are
    further refusals of the same request, shown beside the message.

    ``code`` is the last part of the problem's ``type``. Programs recognise the refusal by
    it and it is stored, so it never changes.
    """

    code: str
    message: str
    is_wrong_type = False
    """Whether the file sent is of a type that is not accepted."""

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
    """Write a date as 31 August 2027; return any other value unchanged."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value.day} {value:%B %Y}"
    return value


class RuleBroken(Refusal):
    """The rules do not allow the command in the present state."""


class Malformed(Refusal):
    """The request is wrong in itself, whatever the state."""


class NotFound(Refusal):
    """The thing does not exist, or belongs to another centre: both get the same message."""

    code = "not-found"

    message = "There is no {what} {name} here. Check the number and try again."


class NotAllowed(Refusal):
    """The user's role lacks the right; the message says which role has it."""

    code = "not-allowed"

    message = "Your role, {role}, may not {what}. Ask {who}."

    def __str__(self) -> str:
        """Write the message; if no role has the right, name the system that does."""
        if system := self.values.get("system"):
            return f"Only {system} may {self.values['what']}."
        return super().__str__()


MOST_SAID = 5
"""The most refusals joined in one message; ``others`` lists all of them."""


def join_sentences(refusals: Sequence[Refusal]) -> str:
    """Join the first few refusals' sentences, and count the rest."""
    sentences = " ".join(str(refusal) for refusal in refusals[:MOST_SAID])
    more = len(refusals) - MOST_SAID
    return f"{sentences} And {more:,} more." if more > 0 else sentences


def raise_all(refusals: Iterable[Refusal]) -> None:
    """Raise the first refusal with the others attached; do nothing if there are none."""
    found = tuple(refusals)
    if len(found) > 1:
        found[0].others = found
    if found:
        raise found[0]
