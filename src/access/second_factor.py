"""Codes of authenticator apps (TOTP, RFC 6238), and the recovery codes beside them."""

import hmac
import secrets
from base64 import b32encode
from datetime import datetime, timedelta

from access.errors import SecondFactorNeeded, SecondFactorWrong
from access.passwords import HASHER, is_right
from aggregates.centres.second_factor import SecondFactor
from commands.command import CommandContext
from events.centres.second_factor import RecoveryCodeUsed, SecondFactorCodeUsed
from repositories.aggregate_types import SECOND_FACTOR
from repositories.repository import find
from store import Actor, Conflict

STEP = 30
"""How many seconds a code is shown."""
SKEW = (0, -1, 1)
"""The steps, from now, whose codes are taken: clocks differ, and people type slowly."""
DIGITS = 6
RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""What recovery codes are of: no letter or digit that looks like another."""
TRIES = 8
ISSUER = "Learner Management"


def find_second_factor(context: CommandContext, user: str) -> SecondFactor | None:
    """Find a user's second factor; None if it is off."""
    _, present = find(SECOND_FACTOR, user, store=context.store)
    return present if present is not None and present.is_on else None


def make_secret() -> str:
    """Draw the secret of an app: 160 bits, in base 32."""
    return b32encode(secrets.token_bytes(20)).decode()


def app_address(secret: str, user: str) -> str:
    """Write the address (otpauth) that an app reads from a QR code."""
    from pyotp import TOTP  # noqa: PLC0415 - few need it, and not at the start

    return TOTP(secret).provisioning_uri(name=user, issuer_name=ISSUER)


def make_recovery_codes() -> tuple[str, ...]:
    """Draw the recovery codes: ten letters and digits each, 49 bits."""
    return tuple(
        "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(2))
        for _ in range(RECOVERY_CODES)
    )


def hash_recovery_code(code: str) -> str:
    """Hash a recovery code (argon2id), however it is written."""
    return HASHER.hash(_plain(code))


def step_of(secret: str, code: str, at: datetime, *, after: int = 0) -> int | None:
    """Find which half minute's code it is: one about now, later than ``after``.

    None if it is none of those.
    """
    from pyotp import TOTP  # noqa: PLC0415 - as above

    given, app = "".join(code.split()), TOTP(secret)
    for steps in SKEW:
        moment = at + timedelta(seconds=steps * STEP)
        step = int(moment.timestamp()) // STEP
        if step > after and hmac.compare_digest(
            app.at(moment).encode(), given.encode()
        ):
            return step
    return None


def use_code(context: CommandContext, code: str, *, by: Actor, at: datetime) -> None:
    """Take a code of the user's app, or a recovery code: each counts once.

    Raises SecondFactorNeeded, or SecondFactorWrong. Nothing is asked of a user whose
    second factor is off.
    """
    for _ in range(TRIES):
        stream, present = find(SECOND_FACTOR, by.user, store=context.store)
        if present is None or not present.is_on:
            return
        if not code.strip():
            raise SecondFactorNeeded
        used = _find_use(present, code, at)
        try:
            context.store.append(stream.change([used]), by=by)
        except Conflict:  # the same code, at the same moment, was quicker
            continue
        return
    raise SecondFactorWrong


def _find_use(
    present: SecondFactor, code: str, at: datetime
) -> SecondFactorCodeUsed | RecoveryCodeUsed:
    step = step_of(present.secret, code, at, after=present.step)
    if step is not None:
        return SecondFactorCodeUsed(step=step)
    plain = _plain(code)
    if len(plain) != DIGITS:
        for number, kept in present.recovery_hashes.items():
            if is_right(plain, kept):
                return RecoveryCodeUsed(number=number)
    raise SecondFactorWrong


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()
