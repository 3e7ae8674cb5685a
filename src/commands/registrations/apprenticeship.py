"""Apprenticeship registrations, whose status follows their parts (O7)."""

from collections.abc import Mapping

from aggregates.registrations.registration import Registration
from aggregates.registrations.registration_state import Status
from commands.command import CommandContext
from commands.registrations.registration import active_reservation
from repositories.aggregate_types import REGISTRATION
from repositories.repository import load_many
from store import Change


def completed_parents(
    context: CommandContext, completed: Mapping[str, Registration]
) -> list[Change]:
    """Record each completed part in its parent registration (O7).

    Every part is recorded there. If two parts are completed at the same moment, the second
    append conflicts and is decided again, so the last part completes the parent.
    """
    changes = []
    for name, (at, parent) in load_many(
        REGISTRATION, completed, store=context.store
    ).items():
        events = parent.complete_part(completed[name].registration)
        is_over = parent.after(events).status is Status.COMPLETED
        release = active_reservation(parent) if is_over and events else ()
        changes.append(at.change(events, release=release))
    return changes


def reopened_parents(
    context: CommandContext, reopened: Mapping[str, Registration]
) -> list[Change]:
    """Record in each parent registration that a part is Active again (O7)."""
    changes = []
    for name, (at, parent) in load_many(
        REGISTRATION, reopened, store=context.store
    ).items():
        events = parent.reopen_part(reopened[name].registration)
        was_over = parent.status is Status.COMPLETED
        reserve = active_reservation(parent) if was_over and events else ()
        changes.append(at.change(events, reserve=reserve))
    return changes
