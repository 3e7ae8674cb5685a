"""The facts of the business. Importing this package makes every one of them known."""

from events import booking as booking
from events import centre as centre
from events import certificate as certificate
from events import claim as claim
from events import duplicate as duplicate
from events import entry_order as entry_order
from events import invoice as invoice
from events import learner as learner
from events import offline_client as offline_client
from events import order as order
from events import pin as pin
from events import refusal as refusal
from events import register as register
from events import registration as registration
from events import sign_in as sign_in
from events import sitting as sitting
from events import timetable as timetable
from events import token as token
from events import upload as upload
from events import user as user
from events import verification as verification
