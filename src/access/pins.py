"""PINs given at the door: right or wrong, each try is a fact before it is answered."""

from contextlib import suppress
from datetime import datetime

from access.passwords import HASHER, is_right
from aggregates.centres.pin import NO_PIN, Proof
from commands.command import CommandContext
from repositories.aggregate_types import PIN
from repositories.repository import find
from store import Actor, Conflict

TRIES = 8


def hash_pin(pin: str) -> str:
    """Hash a new PIN (argon2id)."""
    return HASHER.hash(pin)


def prove(pin: str, *, context: CommandContext, by: Actor, at: datetime) -> Proof:
    """Check a PIN of the user who asks; it is not checked while it is locked.

    Tries at the same moment are taken one after another, so none of them gets past the
    lock (B14). Raises Conflict if it never gets quiet.
    """
    for _ in range(TRIES - 1):
        with suppress(Conflict):
            return _check_pin(pin, context, by, at)
    return _check_pin(pin, context, by, at)


def _check_pin(pin: str, context: CommandContext, by: Actor, at: datetime) -> Proof:
    stream, present = find(PIN, by.user, store=context.store)
    if present is None:
        return Proof(why_not=NO_PIN)
    if locked := present.why_locked(at):
        return Proof(why_not=locked)
    right = is_right(pin, present.pin_hash)
    tried = present.give(is_right=right, now=at)
    context.store.append(stream.change(tried), by=by)
    if right:
        return Proof(pin=present.id)
    return Proof(why_not=present.after(tried).why_wrong(at))
