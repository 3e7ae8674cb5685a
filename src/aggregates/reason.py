"""The reasons that the history keeps."""

from aggregates.errors import Malformed


class ReasonMissing(Malformed):
    """A required reason is missing or blank.

    ``code`` is set by each instance, because programs know some cases by their own code.
    """

    code = "reason-missing"
    message = "Say why: the reason is kept in the history."

    OTHER_CODES = (
        "amendment-needs-reason",
        "erasure-needs-reason",
        "reason-needed",
        "transfer-needs-reason",
    )


def require_reason(
    reason: str | None,
    *,
    code: str = ReasonMissing.code,
    message: str = ReasonMissing.message,
    **values: object,
) -> None:
    """Raise ReasonMissing, with this code and message, unless a reason is given."""
    if not (reason and reason.strip()):
        refusal = ReasonMissing(path=("reason",))
        refusal.code, refusal.message, refusal.values = code, message, values
        raise refusal
