"""Any page as it was at a moment: read only, under a banner that says so (H3)."""

from dataclasses import replace
from datetime import UTC, datetime

from aggregates.errors import Malformed
from aggregates.uk_time import day_or_moment, in_london
from web.http.context import PageContext
from web.http.inputs import read_day

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""No event is older."""


class MomentUnreadable(Malformed):
    code = "moment-unreadable"
    message = "Give the time as 10:14, or leave it out for the end of the day."


class MomentToCome(Malformed):
    code = "moment-to-come"
    message = "{moment} is in the future. Give a moment in the past."


class PastIsReadOnly(Malformed):
    code = "past-is-read-only"
    message = (
        "This is how it was, and can only be looked at. Open the page as it is now."
    )


def stand_at_moment(context: PageContext) -> PageContext:
    """Give the context at the moment that the address asks for, if it asks for one.

    ``as_at`` is a day, alone its end in London, or a whole moment; ``at_time`` a clock.
    Raises DayUnreadable, MomentUnreadable, MomentToCome, PastIsReadOnly.
    """
    given = context.parameter("as_at")
    if not given or context.session is None:
        return context
    if context.request.method != "GET":
        raise PastIsReadOnly(path=("as_at",))
    moment = read_moment(given, context.parameter("at_time"), context.at)
    return replace(
        context, service=context.service.as_at(moment), at=moment, as_at=moment
    )


def read_moment(given: str, clock: str | None, now: datetime) -> datetime:
    """Read a day, or a whole moment, and a clock if there is one."""
    time = f"T{clock.replace('.', ':').rjust(5, '0')}" if clock else ""
    try:
        moment = day_or_moment(given, now)
        if time:
            moment = day_or_moment(f"{given}{time}", now)
    except (ValueError, OverflowError):
        day = read_day(given, "as_at")
        try:
            moment = day_or_moment(f"{day}{time}", now)
        except (ValueError, OverflowError):
            raise MomentUnreadable(path=("at_time",)) from None
    if moment > now:
        try:
            said = in_london(moment)
        except OverflowError:
            raise MomentUnreadable(path=("as_at",)) from None
        raise MomentToCome(path=("as_at",), moment=said)
    return max(moment, BEGINNING)
