"""Every kind of event: importing this module registers all of them."""

from events import refusal
from events.bookings import booking, entry_order, offline_client, sitting, timetable
from events.centres import centre, pin, second_factor, sign_in, token, user
from events.claims import certificate, claim
from events.learners import duplicate, learner, verification
from events.orders import order
from events.registrations import invoice, register, registration
from events.uploads import upload

__all__ = [
    "booking",
    "centre",
    "certificate",
    "claim",
    "duplicate",
    "entry_order",
    "invoice",
    "learner",
    "offline_client",
    "order",
    "pin",
    "refusal",
    "register",
    "registration",
    "second_factor",
    "sign_in",
    "sitting",
    "timetable",
    "token",
    "upload",
    "user",
    "verification",
]
