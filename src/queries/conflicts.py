"""Who changed what in the meantime, in a sentence for the person whose change conflicts (M15)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from aggregates.uk_time import LONDON, clock_in_london, in_london
from catalogue.rule import join_words
from store import Recorded

CHANGED: Mapping[str, str] = {
    "booking.amended": "the date, time, mode or extra time",
    "claim.grades-saved": "the awards and grades",
    "claim.learners-chosen": "the learners",
    "claim.qualification-chosen": "the qualification",
    "claim.units-chosen": "the units",
    "entry-order.entries-chosen": "the tests",
    "entry-order.purchase-order-number": "the purchase order number",
    "learner.details-amended": "the learner's details",
    "learner.identity-amended": "the learner's name or date of birth",
    "learner.image-submitted": "an image",
    "order.course-dates-set": "the course dates",
    "order.learners-linked": "the learners",
    "order.learners-unlinked": "the learners",
    "order.products-added": "the products",
    "order.products-removed": "the products",
    "order.purchase-order-number-given": "the purchase order number",
    "registration.pathway-changed": "the pathway",
    "user.password-set": "the password",
    "user.role-changed": "the role",
}
"""What each event changed, by its topic."""

DONE: Mapping[str, str] = {
    "booking.cancelled": "cancelled it",
    "booking.missed": "reported an absence",
    "booking.package-downloaded": "downloaded the package",
    "booking.result-added": "reported a result",
    "booking.taken": "reported it taken",
    "certificate.revoked": "took it out of force",
    "certificate.superseded": "reissued it",
    "claim.deleted": "deleted it",
    "claim.processed": "processed it",
    "claim.submitted": "submitted it",
    "claim.withdrawn": "withdrew it",
    "entry-order.confirmed": "confirmed it",
    "entry-order.deleted": "deleted it",
    "learner.erased": "erased the learner's personal data",
    "learner.transferred": "transferred the learner",
    "order.confirmed": "confirmed it",
    "order.deleted": "deleted it",
    "registration.cancelled": "cancelled it",
    "registration.reopened": "reopened it",
    "upload.submitted": "submitted it",
    "upload.undone": "undid it",
    "user.disabled": "disabled it",
}
"""What somebody did, by the event's topic."""


def describe_changes(between: Sequence[Recorded], now: datetime) -> str:
    """Say who changed what, and when: "ann changed the units at 06:57 today"."""
    if not between:
        return "Somebody changed this just now."
    users = dict.fromkeys(recorded.user for recorded in between)
    return " ".join(
        _changes_of(user, [each for each in between if each.user == user], now)
        for user in users
    )


def _changes_of(user: str, changes: Sequence[Recorded], now: datetime) -> str:
    deeds = join_words(tuple(dict.fromkeys(_deeds(changes))))
    return f"{user} {deeds} {_describe_moment(changes[-1].recorded_at, now)}."


def _deeds(changes: Sequence[Recorded]) -> Iterator[str]:
    topics = [recorded.event.topic for recorded in changes]
    changed = tuple(dict.fromkeys(CHANGED[t] for t in topics if t in CHANGED))
    if changed:
        yield f"changed {join_words(changed)}"
    for topic in topics:
        if topic not in CHANGED:
            yield DONE.get(topic, "changed it")


def _describe_moment(moment: datetime, now: datetime) -> str:
    if moment.astimezone(LONDON).date() == now.astimezone(LONDON).date():
        return f"at {clock_in_london(moment)} today"
    return f"on {in_london(moment)}"
