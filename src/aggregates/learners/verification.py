"""Verification of ULNs by the Learning Records Service, LRS (U7)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Self, TypeAlias, assert_never
from uuid import UUID

from aggregates.learners.details import Details
from catalogue import amount
from events.learners.verification import UlnVerificationPostponed, UlnVerified
from events.uploads.upload import Problem

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
"""The pause before LRS is asked again; it doubles with each failure (d)."""


class Code(StrEnum):
    """The answers of LRS: the first two are a match, the others an anomaly (U7)."""

    MATCH = "WSVRC001"
    LINKED_MATCH = "WSVRC002"
    SIMILAR = "WSVRC003"
    SIMILAR_LINKED = "WSVRC004"
    NO_MATCH = "WSVRC005"
    NOT_FOUND = "WSVRC006"

    @property
    def is_match(self) -> bool:
        return self in {Code.MATCH, Code.LINKED_MATCH}


class PostponedReason(StrEnum):
    """The reasons why LRS did not answer."""

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
"""The column that does not match, for each flag of an anomaly (U7).

A name is compared with the given name, the family name and the previous family name
that LRS has; each comparison that fails has a flag of its own.
"""

SENTENCES: Mapping[PostponedReason, str] = {
    PostponedReason.UNREACHABLE: "The Learning Records Service cannot be reached.",
    PostponedReason.OUT_OF_HOURS: "The Learning Records Service is closed at this hour.",
    PostponedReason.REQUEST_REFUSED: (
        "The Learning Records Service does not accept these details as they are written."
    ),
    PostponedReason.ORGANISATION_REFUSED: (
        "The Learning Records Service does not accept this organisation: its UKPRN,"
        " password or certificate."
    ),
    PostponedReason.NOT_UNDERSTOOD: (
        "The Learning Records Service gives an answer that is not understood."
    ),
}
"""A sentence for each reason why LRS did not answer."""

NOT_PUT = "Not put to the Learning Records Service"
LRS_OFF = "Not verified: the Learning Records Service was off."
SOON = "The Learning Records Service is about to be asked."
AGAIN = " The service asks again by itself."


@dataclass(frozen=True, kw_only=True)
class VerificationAnswer:
    """The answer of LRS about a ULN; ``master_uln`` is the linked learner's."""

    code: Code
    flags: tuple[str, ...] = ()
    master_uln: str | None = None


Outcome: TypeAlias = VerificationAnswer | PostponedReason | None
"""An answer, the reason why there is none, or None if LRS was not asked."""

Verify: TypeAlias = Callable[[Sequence[Details]], Sequence[Outcome]]
"""Asks LRS about learners who have a ULN; returns an outcome for each, in order."""

Event: TypeAlias = UlnVerified | UlnVerificationPostponed


class VerificationStatus(StrEnum):
    """The status of a ULN with LRS (U7)."""

    NOT_ASKED = "not-asked"
    WAITING = "not-yet-verified"
    VERIFIED = "verified"
    ANOMALY = "anomaly"


@dataclass(frozen=True, kw_only=True)
class Verification:
    """The last answer of LRS about a ULN, or why there is none.

    ``NOT_ASKED`` means that no ULN was given, or that LRS was off.
    """

    status: VerificationStatus = VerificationStatus.NOT_ASKED
    answer: VerificationAnswer | None = None
    why: PostponedReason | None = None
    tries: int = 0

    @property
    def was_asked(self) -> bool:
        return self.status is not VerificationStatus.NOT_ASKED

    @property
    def is_waiting(self) -> bool:
        return self.status is VerificationStatus.WAITING

    def restart(self, *, to_verify: bool | None) -> Self:
        """Start again after the details changed; None keeps the status as it is."""
        if to_verify is None:
            return self
        waiting, none = VerificationStatus.WAITING, VerificationStatus.NOT_ASKED
        return type(self)(status=waiting if to_verify else none)

    def hear(self, outcome: Outcome, person_id: UUID) -> list[Event]:
        """Record the outcome; no event if LRS was not asked (U7)."""
        if outcome is None or not self.is_waiting:
            return []
        if isinstance(outcome, PostponedReason):
            tries = self.tries + 1
            return [UlnVerificationPostponed(why=outcome, tries=tries)]
        return [
            UlnVerified(
                person_id=person_id,
                code=outcome.code,
                flags=outcome.flags,
                master_uln=outcome.master_uln,
            )
        ]

    def apply(self, event: Event) -> Self:
        match event:
            case UlnVerified():
                code = Code(event.code)
                answer = VerificationAnswer(
                    code=code, flags=event.flags, master_uln=event.master_uln
                )
                return type(self)(status=status_after(event), answer=answer)
            case UlnVerificationPostponed():
                return replace(self, why=PostponedReason(event.why), tries=event.tries)
            case _:
                assert_never(event)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems of an anomaly, by the columns that do not match (U6, U7)."""
        if self.status is not VerificationStatus.ANOMALY or self.answer is None:
            return ()
        if self.answer.code is Code.NOT_FOUND:
            return (Problem(column="uln", code="lrs-not-found"),)
        is_similar = self.answer.code in {Code.SIMILAR, Code.SIMILAR_LINKED}
        code = "lrs-similar" if is_similar else "lrs-differs"
        columns = dict.fromkeys(FLAGS[flag] for flag in self.answer.flags)
        named = tuple(Problem(column=column, code=code) for column in columns)
        return named or (Problem(column="uln", code="lrs-no-match"),)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The warning for a match with a linked learner, who also has a master ULN (U7)."""
        is_linked = self.answer and self.answer.code is Code.LINKED_MATCH
        return (Problem(column="uln", code="lrs-linked"),) if is_linked else ()

    @property
    def cells(self) -> Mapping[str, str]:
        """Values that sentences about the verification use, in addition to the row's cells."""
        master = self.answer.master_uln if self.answer else None
        return {"master_uln": master or "another"}


def status_after(event: UlnVerified) -> VerificationStatus:
    """Return the status after an answer: verified, or an anomaly."""
    is_match = event.code in {code for code in Code if code.is_match}
    return VerificationStatus.VERIFIED if is_match else VerificationStatus.ANOMALY


def pause_after(tries: int) -> timedelta:
    """Return the pause before LRS is asked again (U7)."""
    doubled = FIRST_PAUSE * (1 << min(max(tries, 1) - 1, 10))
    return min(doubled, LONGEST_PAUSE)


def said_of(
    verification: Verification,
    *,
    has_uln: bool,
    is_given: bool = False,
    is_wrong: bool = False,
) -> str:
    """Describe the status of a ULN with LRS in one or two sentences (U7).

    ``is_given``: the cell has a value. ``is_wrong``: the row has other problems. A value
    that is not a ULN, or a ULN in a wrong row, is not put to LRS.
    """
    match verification.status:
        case VerificationStatus.NOT_ASKED if is_given and not has_uln:
            return f"{NOT_PUT}: the value is not a ULN. Correct it first."
        case VerificationStatus.WAITING if is_wrong and not verification.tries:
            return f"{NOT_PUT}: the row has problems. Correct them first."
        case VerificationStatus.NOT_ASKED:
            return LRS_OFF if has_uln else "There is no ULN to verify."
        case VerificationStatus.WAITING:
            why = SENTENCES[verification.why] if verification.why else SOON
            return f"Not yet verified. {why}{AGAIN if verification.why else ''}"
        case VerificationStatus.VERIFIED:
            return "Verified: the Learning Records Service has the same details."
        case VerificationStatus.ANOMALY:
            return "The Learning Records Service does not have these details."
        case _:
            assert_never(verification.status)


def said_of_many(
    *, to_verify: int | None, waiting: int, why: PostponedReason | None
) -> str:
    """Describe the status of the ULNs of a checked group in a sentence (U7)."""
    if to_verify is None and not waiting:
        return LRS_OFF
    if not waiting and not to_verify:
        return "No row without problems has a ULN to verify."
    if not waiting:
        return (
            "The ULN of every row without problems was put to the Learning Records"
            " Service."
        )
    count = amount(waiting, "ULN is", "ULNs are")
    return f"{count} not yet verified. {SENTENCES[why] if why else SOON}{AGAIN}"
