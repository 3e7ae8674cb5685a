"""Verification: what the Learning Records Service says of a learner's ULN (U7)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from aggregates.details import Details


class Code(StrEnum):
    """What LRS answers: the first two are a match, the others an anomaly (U7)."""

    MATCH = "WSVRC001"
    LINKED_MATCH = "WSVRC002"
    SIMILAR = "WSVRC003"
    SIMILAR_LINKED = "WSVRC004"
    NO_MATCH = "WSVRC005"
    NOT_FOUND = "WSVRC006"

    @property
    def is_match(self) -> bool:
        return self in {Code.MATCH, Code.LINKED_MATCH}


class Why(StrEnum):
    """Why LRS did not answer."""

    UNREACHABLE = "unreachable"
    OUT_OF_HOURS = "out-of-hours"
    REQUEST_REFUSED = "request-refused"
    ORGANISATION_REFUSED = "organisation-refused"
    NOT_UNDERSTOOD = "not-understood"


FLAGS: Mapping[str, str] = {
    "VRF1": "given_name",
    "VRF2": "given_name",
    "VRF3": "given_name",
    "VRF4": "family_name",
    "VRF5": "family_name",
    "VRF6": "family_name",
    "VRF7": "date_of_birth",
    "VRF8": "gender",
}
"""The flags of an anomaly, and the column that each of them says does not match (U7).

A name is compared with the given name, the family name and the previous family name
that LRS has; each comparison that fails has a flag of its own.
"""

SENTENCES: Mapping[Why, str] = {
    Why.UNREACHABLE: "The Learning Records Service cannot be reached.",
    Why.OUT_OF_HOURS: "The Learning Records Service is closed at this hour.",
    Why.REQUEST_REFUSED: (
        "The Learning Records Service does not accept these details as they are written."
    ),
    Why.ORGANISATION_REFUSED: (
        "The Learning Records Service does not accept this organisation: its UKPRN,"
        " password or certificate."
    ),
    Why.NOT_UNDERSTOOD: (
        "The Learning Records Service gives an answer that is not understood."
    ),
}
"""The same for people."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What LRS says of a ULN: ``master_uln`` is that of a linked learner."""

    code: Code
    flags: tuple[str, ...] = ()
    master_uln: str | None = None


Outcome: TypeAlias = Answer | Why | None
"""An answer; or why there is none; or None if LRS was not even asked."""

Verify: TypeAlias = Callable[[Sequence[Details]], Sequence[Outcome]]
"""Asks LRS about learners who have a ULN, and gives an outcome for each, in order."""
