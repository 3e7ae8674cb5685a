"""The user's own PIN over HTTP: the four digits that open their offline packages (B14)."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from access import accounts, pins
from access.policy import require_may
from aggregates.centres.pin import packages_lost
from api.centres.me import SecondFactorCode
from api.http.dependencies import Address, By, Now, ServiceOf
from api.http.request_context import RequestContextOf
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody, with_example
from commands.centres.pin import SetPin, packages_in_use
from commands.command import CommandContext
from events.centres.user import Role
from repositories.aggregate_types import PIN
from repositories.repository import find

router = Router(prefix="/me/pin", tags=["me"])

Digits = Annotated[str, Field(pattern="^[0-9]{4}$", examples=["4821"])]


class NewPin(RequestBody, title="NewPin"):
    """Four digits, which open the offline packages that you download from now on.

    If you have a PIN already, send it as ``current_pin``, or send your password.
    """

    model_config = with_example({"pin": "4821"})

    pin: Digits
    current_pin: Digits | None = None
    password: str | None = Field(
        default=None, min_length=1, max_length=1000, examples=["a long pass phrase"]
    )
    code: SecondFactorCode = None


class PinResponse(ResponseBody, title="Pin"):
    """Whether you have a PIN, and which packages a new one makes unusable (B14)."""

    is_set: bool
    locked_until: AwareDatetime | None
    bookings: list[str] = Field(
        description="The booking of each package that a new PIN makes unusable.",
        examples=[["B-0000000042"]],
    )
    message: str = Field(
        examples=["A new PIN makes 1 package that you downloaded unusable."]
    )


@router.get("", operation_id="getMyPin")
def get_pin(by: By, service: ServiceOf, now: Now) -> PinResponse:
    """Show whether you have a PIN, and which packages a new one would make unusable (B14)."""
    lost = packages_in_use(service.context, by.user, now)
    return pin_response(service.context, by.user, now, lost)


@router.put("", operation_id="setMyPin")
def set_pin(body: NewPin, context: RequestContextOf, address: Address) -> PinResponse:
    """Set your PIN; the response says which packages it makes unusable (B14).

    If you have a PIN already, give it or your password. A lock stays as it is.
    """
    require_may(SetPin, Role(context.by.role))
    lost = packages_in_use(context.command_context, context.by.user, context.at)
    proof = None
    if body.password is not None:
        accounts.require_password(
            context.command_context,
            name=context.by.user,
            password=body.password,
            code=body.code or "",
            address=address,
            at=context.at,
            path=("password",),
        )
    elif body.current_pin is not None:
        proof = pins.prove(
            body.current_pin,
            context=context.command_context,
            by=context.by,
            at=context.at,
        )
    command = SetPin(
        **context.command_metadata,
        pin_hash=pins.hash_pin(body.pin),
        proof=proof,
        by_password=body.password is not None,
    )
    context.send(command)
    return pin_response(
        context.command_context, context.by.user, context.at, lost, is_done=True
    )


def pin_response(
    context: CommandContext,
    user: str,
    now: datetime,
    lost: list[str],
    *,
    is_done: bool = False,
) -> PinResponse:
    _, pin = find(PIN, user, store=context.store)
    is_locked = pin is not None and pin.why_locked(now) is not None
    return PinResponse(
        is_set=pin is not None,
        locked_until=pin.locked_until if pin and is_locked else None,
        bookings=lost,
        message=packages_lost(lost, is_done=is_done),
    )
