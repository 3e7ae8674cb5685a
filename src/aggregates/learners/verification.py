"""Verification: what the Learning Records Service says of a learner's ULN (U7)."""

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
"""How long after a failure LRS is asked again: twice as long each time (d)."""


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


class PostponedReason(StrEnum):
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
"""Why LRS did not answer, in sentences."""

NOT_PUT = "Not put to the Learning Records Service"
LRS_OFF = "Not verified: the Learning Records Service was off."
SOON = "The Learning Records Service is about to be asked."
AGAIN = " It is asked again by itself."


@dataclass(frozen=True, kw_only=True)
class VerificationAnswer:
    """What LRS says of a ULN: ``master_uln`` is that of a linked learner."""

    code: Code
    flags: tuple[str, ...] = ()
    master_uln: str | None = None


Outcome: TypeAlias = VerificationAnswer | PostponedReason | None
"""An answer; or why there is none; or None if LRS was not even asked."""

Verify: TypeAlias = Callable[[Sequence[Details]], Sequence[Outcome]]
"""Asks LRS about learners who have a ULN, and gives an outcome for each, in order."""

Event: TypeAlias = UlnVerified | UlnVerificationPostponed


class VerificationStatus(StrEnum):
    """How a ULN stands with LRS (U7)."""

    NOT_ASKED = "not-asked"
    WAITING = "not-yet-verified"
    VERIFIED = "verified"
    ANOMALY = "anomaly"


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What LRS has answered about a ULN so far, or why it has not.

    ``NOT_ASKED`` is where no ULN was given, or LRS was off at the time.
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
        """Start again as the details changed; None keeps the answer of before."""
        if to_verify is None:
            return self
        waiting, none = VerificationStatus.WAITING, VerificationStatus.NOT_ASKED
        return type(self)(status=waiting if to_verify else none)

    def hear(self, outcome: Outcome, person_id: UUID) -> list[Event]:
        """Record the answer, or that there is none; no event if LRS was not asked (U7)."""
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
        """Say what an anomaly makes wrong, by the columns that it names (U6, U7)."""
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
        """Say that a match is a linked learner, who has another ULN as well (U7)."""
        is_linked = self.answer and self.answer.code is Code.LINKED_MATCH
        return (Problem(column="uln", code="lrs-linked"),) if is_linked else ()

    @property
    def cells(self) -> Mapping[str, str]:
        """Values that sentences on the verification name, besides the row's cells."""
        master = self.answer.master_uln if self.answer else None
        return {"master_uln": master or "another"}


def status_after(event: UlnVerified) -> VerificationStatus:
    """Give the status of an answer: matched, or an anomaly."""
    is_match = event.code in {code for code in Code if code.is_match}
    return VerificationStatus.VERIFIED if is_match else VerificationStatus.ANOMALY


def pause_after(tries: int) -> timedelta:
    """Say how long to wait before LRS is asked again (U7)."""
    doubled = FIRST_PAUSE * (1 << min(max(tries, 1) - 1, 10))
    return min(doubled, LONGEST_PAUSE)


def said_of(
    verification: Verification,
    *,
    has_uln: bool,
    is_given: bool = False,
    is_wrong: bool = False,
) -> str:
    """Say in a sentence or two how a ULN stands with LRS (U7).

    Nobody asks about one that ``is_given`` and is no ULN, nor about one of a row in
    which something else ``is_wrong``.
    """
    match verification.status:
        case VerificationStatus.NOT_ASKED if is_given and not has_uln:
            return f"{NOT_PUT}: what is given is no ULN. Correct it first."
        case VerificationStatus.WAITING if is_wrong and not verification.tries:
            return f"{NOT_PUT}: something in the row is wrong. Correct it first."
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
    """Say how the ULNs of a group that was checked stand with LRS (U7)."""
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
