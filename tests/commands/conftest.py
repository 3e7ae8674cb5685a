"""What tests of commands ask for."""

from collections.abc import Callable
from datetime import datetime

import pytest

from store import EventStore
from tests.claim_examples import ANN, ANNS, BEN, BENS
from tests.commands.claim_centre import ClaimCentre


@pytest.fixture
def claim_centre(store: EventStore, clock: Callable[[], datetime]) -> ClaimCentre:
    """Open a centre with two learners who can be claimed for."""
    opened = ClaimCentre(store=store, now=clock)
    opened.open()
    opened.register(ANN, ANNS)
    opened.register(BEN, BENS)
    return opened
