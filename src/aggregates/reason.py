"""The reason that the history keeps of what was done."""

from aggregates.errors import Malformed


class ReasonMissing(Malformed):
    """No reason is given, or a blank one, where one is kept.

    Programs know some of the cases by a code of their own: ``code`` is the instance's.
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
    """Raise ReasonMissing, with that code and message, unless a reason is given."""
    if not (reason and reason.strip()):
        refusal = ReasonMissing(path=("reason",))
        refusal.code, refusal.message, refusal.values = code, message, values
        raise refusal
