"""The rules that can prevent an entry from being booked (B2-B7), as small functions."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from aggregates.bookings.booking_refusals import (
    ANOTHER_TIME,
    DeliveryNotOffered,
    EntriesRefused,
    ExtraTimeNotCentres,
    ExtraTimeTooMuch,
    ModeNeeded,
    ModeOutOfPlace,
    NotRegisteredForTest,
    NotTestable,
    NotThroughApprenticeship,
    SittingsOverlap,
    ThroughApprenticeship,
    TimeNeeded,
    TooFarAhead,
    TooShortNotice,
    UnitBooked,
    UnitPassed,
)
from aggregates.bookings.entry_check import (
    NO_REGISTRATIONS,
    EntryCheck,
    EntryPath,
    EntryRegistration,
    EntryRegistrations,
    Registrations,
    entry_paths,
)
from aggregates.bookings.sitting import grades_passed
from aggregates.bookings.sitting_time import (
    CENTRES_EXTRA_TIME,
    MOST_EXTRA_TIME,
    YEARS,
    Delivery,
    earliest,
    is_too_far,
)
from aggregates.bookings.timetable import Timetable
from aggregates.errors import FieldPath, Refusal
from aggregates.learners.learner import LearnerIsErased
from aggregates.registrations.not_active import why_not_active
from aggregates.registrations.register import LearnerHasLeft
from aggregates.uk_time import in_london
from catalogue import amount
from catalogue.rule import join_words
from events.bookings.entry_order import Entry
from events.bookings.timetable import SittingPlanned

ONLY_REGISTERED = (
    " Or say only_registered of the line: it leaves out those of a group who are not."
)


def not_registered(looked: EntryCheck) -> Refusal | None:
    if looked.place is not None:
        return None
    if looked.has_left:
        return looked.refuse(LearnerHasLeft, "learner")
    entry = looked.entry
    why = why_not_active(entry.learner, entry.qualification, looked.last)
    is_of_group = looked.at.learner[-1:] == ("groups",)
    or_else = ONLY_REGISTERED if is_of_group else ""
    return looked.refuse(NotRegisteredForTest, "learner", or_else=or_else, **why)


def came_another_way(looked: EntryCheck) -> Refusal | None:
    """Refuse unless learners of an apprenticeship, and only they, are booked through it (B2)."""
    came = looked.place.apprenticeship if looked.place else None
    said = looked.entry.apprenticeship
    if looked.place is None or came == said:
        return None
    if came is not None:
        return looked.refuse(ThroughApprenticeship, "learner", apprenticeship=came)
    return looked.refuse(NotThroughApprenticeship, "learner", apprenticeship=said)


def not_testable(looked: EntryCheck) -> Refusal | None:
    if looked.place is None or looked.unit:
        return None
    rules, unit = looked.place.rules, looked.entry.unit
    tests = join_words(tuple(each.reference for each in rules.testable_units), "or")
    if any(each.reference == unit for each in rules.internal_units):
        next_step = "It is assessed by the centre: give its grade in a claim."
    else:
        next_step = f"Choose {tests}." if tests else "None of its units is tested."
    return looked.refuse(NotTestable, "unit", next_step=next_step)


def delivery_not_offered(looked: EntryCheck) -> Refusal | None:
    offered = looked.unit.delivery if looked.unit else ()
    if not offered or looked.entry.delivery in offered:
        return None
    return looked.refuse(
        DeliveryNotOffered,
        "delivery",
        delivery=looked.entry.delivery,
        offered=" or ".join(offered),
    )


def mode_is_wrong(looked: EntryCheck) -> Refusal | None:
    mode = looked.entry.mode
    if looked.entry.delivery == Delivery.PAPER:
        return looked.refuse(ModeOutOfPlace, "mode") if mode else None
    return None if mode else looked.refuse(ModeNeeded, "mode")


def extra_time_is_wrong(looked: EntryCheck) -> Refusal | None:
    return extra_time_refusal(
        looked.entry.extra_time, CENTRES_EXTRA_TIME, (*looked.at.entry, "extra_time")
    )


def time_missing(looked: EntryCheck) -> Refusal | None:
    return None if looked.entry.starts else looked.refuse(TimeNeeded, "starts")


def too_short_notice(looked: EntryCheck) -> Refusal | None:
    soonest = earliest(looked.entry.delivery, looked.now)
    if looked.entry.starts is None or looked.entry.starts >= soonest:
        return None
    return looked.refuse(
        TooShortNotice,
        "starts",
        delivery=looked.entry.delivery,
        earliest=in_london(soonest),
    )


def too_far_ahead(looked: EntryCheck) -> Refusal | None:
    starts = looked.entry.starts
    if starts is None or not is_too_far(starts, looked.now):
        return None
    return looked.refuse(
        TooFarAhead, "starts", starts=in_london(starts), years=amount(YEARS, "year")
    )


def already_passed(looked: EntryCheck) -> Refusal | None:
    sittings = looked.place.registration.sittings if looked.place else {}
    is_done = looked.entry.unit in grades_passed(sittings)
    return looked.refuse(UnitPassed, "unit") if is_done else None


def already_booked(looked: EntryCheck) -> Refusal | None:
    """Refuse a unit that is booked; a test that was taken frees its unit (B7)."""
    booking = looked.existing_booking
    return looked.refuse(UnitBooked, "unit", booking=booking) if booking else None


def overlaps(looked: EntryCheck) -> Refusal | None:
    starts, ends = looked.entry.starts, looked.ends
    if starts is None or ends is None:
        return None
    other = looked.timetable.overlapping(starts, ends, but=looked.existing_booking)
    if other is None:
        return None
    return looked.refuse(
        SittingsOverlap, "starts", booking=other, next_step=ANOTHER_TIME
    )


LINKING_RULES: tuple[Callable[[EntryCheck], Refusal | None], ...] = (
    not_registered,
    came_another_way,
    not_testable,
    delivery_not_offered,
)
"""The rules on linking a learner to a test (B2); each returns a refusal or None."""

ENTRY_RULES: tuple[Callable[[EntryCheck], Refusal | None], ...] = (
    mode_is_wrong,
    extra_time_is_wrong,
    time_missing,
    too_short_notice,
    too_far_ahead,
    already_passed,
    already_booked,
    overlaps,
)
"""The rules on booking an entry as it is (B3-B7); each returns a refusal or None."""

BOOKING_RULES = (*LINKING_RULES, *ENTRY_RULES)
"""All rules on booking an entry."""

ELIGIBILITY_RULES: tuple[Callable[[EntryCheck], Refusal | None], ...] = (
    not_registered,
    came_another_way,
    not_testable,
    already_passed,
    already_booked,
)
"""The rules on who can be entered at all, at any time (B2, B7)."""


def check_entries(
    entries: Sequence[Entry],
    places: EntryRegistrations,
    timetables: Mapping[str, Timetable],
    now: datetime,
    *,
    last: Registrations = NO_REGISTRATIONS,
    left: Collection[str] = (),
    erased: Collection[str] = (),
    paths: Sequence[EntryPath] | None = None,
) -> Iterator[EntryCheck]:
    """Yield a check of each entry beside those before it.

    ``last`` are the last registrations of learners without an Active one. ``left`` are
    learners since transferred to another centre (L6), ``erased`` those whose data were
    erased (H6). ``paths`` give each entry's place in the request.
    """
    planned = dict(timetables)
    places_said = paths or entry_paths(len(entries))
    for number, (entry, at) in enumerate(zip(entries, places_said, strict=True)):
        looked = EntryCheck(
            entry=entry,
            at=at,
            now=now,
            place=places.get((entry.learner, entry.qualification)),
            timetable=planned.get(entry.learner, Timetable()),
            last=last.get((entry.learner, entry.qualification)),
            has_left=entry.learner in left,
            is_erased=entry.learner in erased,
        )
        yield looked
        if entry.starts is not None and looked.ends is not None:
            here = SittingPlanned(
                booking=f"entry {number + 1} of this order",
                starts=entry.starts,
                ends=looked.ends,
            )
            planned[entry.learner] = looked.timetable.apply(here)


def refusals_of(
    looked: EntryCheck, rules: Iterable[Callable[[EntryCheck], Refusal | None]]
) -> Iterator[Refusal]:
    """Apply these rules to an entry; an erased learner is refused for that alone."""
    if looked.is_erased:
        yield looked.refuse(LearnerIsErased, "learner")
        return
    yield from (no for rule in rules if (no := rule(looked)))


def why_not_entered(
    entry: Entry,
    place: EntryRegistration | None,
    now: datetime,
    *,
    last: Registrations = NO_REGISTRATIONS,
    erased: Collection[str] = (),
) -> Iterator[Refusal]:
    """Yield the reasons why a learner cannot be entered (B2)."""
    places = {(entry.learner, entry.qualification): place} if place else {}
    (looked,) = check_entries([entry], places, {}, now, last=last, erased=erased)
    yield from refusals_of(looked, ELIGIBILITY_RULES)


def require_linked(
    entries: Sequence[Entry],
    places: EntryRegistrations,
    now: datetime,
    paths: Sequence[EntryPath],
    **facts: Any,
) -> None:
    """Require that every learner can be linked to their entries (B2).

    ``facts`` are further arguments of ``check_entries``. Raises EntriesRefused.
    """
    looked = check_entries(entries, places, {}, now, paths=paths, **facts)
    require_none([no for each in looked for no in refusals_of(each, LINKING_RULES)])


def require_none(refusals: Sequence[Refusal]) -> None:
    """Raise the only refusal, or EntriesRefused with several; do nothing without any."""
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise EntriesRefused(
            things=amount(len(refusals), "thing stands", "things stand"),
            others=refusals,
        )


def extra_time_refusal(
    extra_time: int, allowed: Collection[int], path: FieldPath
) -> Refusal | None:
    """Refuse an extra time that is not allowed (B6)."""
    if not 0 <= extra_time <= MOST_EXTRA_TIME:
        return ExtraTimeTooMuch(path=path, extra_time=extra_time, most=MOST_EXTRA_TIME)
    if extra_time not in allowed:
        return ExtraTimeNotCentres(path=path, extra_time=extra_time)
    return None
