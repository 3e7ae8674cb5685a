"""The status of a ULN with the Learning Records Service in responses (U7)."""

from pydantic import Field

from aggregates.learners.verification import (
    Verification,
    VerificationStatus,
    said_of,
)
from api.http.schemas import ResponseBody


class VerificationResponse(ResponseBody, title="UlnVerification"):
    """The answer of LRS about a ULN: code and flags, or why there is none yet."""

    status: VerificationStatus
    message: str
    code: str | None = Field(examples=["WSVRC005"])
    flags: list[str] = Field(examples=[["VRF5", "VRF7"]])
    master_uln: str | None = Field(examples=["1026893096"])
    tries: int


class GroupVerification(ResponseBody, title="LearnerGroupVerification"):
    """How many ULNs of a group LRS has not answered about yet, and why."""

    waiting: int
    message: str


def verification_response(
    verification: Verification,
    *,
    has_uln: bool,
    is_given: bool = False,
    is_wrong: bool = False,
) -> VerificationResponse:
    """Show the status of a ULN; for a row that ``is_wrong``, say what to do first."""
    answer = verification.answer
    return VerificationResponse(
        status=verification.status,
        message=said_of(
            verification, has_uln=has_uln, is_given=is_given, is_wrong=is_wrong
        ),
        code=answer.code if answer else None,
        flags=list(answer.flags) if answer else [],
        master_uln=answer.master_uln if answer else None,
        tries=verification.tries,
    )
