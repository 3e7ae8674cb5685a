"""How a ULN stands with the Learning Records Service, as the API shows it (U7)."""

from pydantic import Field

from aggregates.learners.verification import (
    Verification,
    VerificationStatus,
    said_of,
)
from api.http.schemas import ResponseBody


class VerificationResponse(ResponseBody, title="UlnVerification"):
    """What LRS says of a ULN: its code and flags, or why it has not answered yet."""

    status: VerificationStatus
    message: str
    code: str | None = Field(examples=["WSVRC005"])
    flags: list[str] = Field(examples=[["VRF5", "VRF7"]])
    master_uln: str | None = Field(examples=["1026893096"])
    tries: int


class GroupVerification(ResponseBody, title="LearnerGroupVerification"):
    """How many ULNs of a group LRS is still to answer about, and how that is."""

    waiting: int
    message: str


def verification_response(
    verification: Verification,
    *,
    has_uln: bool,
    is_given: bool = False,
    is_wrong: bool = False,
) -> VerificationResponse:
    """Show how a ULN stands; of a row, what is to be done first if it ``is_wrong``."""
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
