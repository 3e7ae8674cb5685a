"""What tests of claims over HTTP ask for."""

from collections.abc import Generator
from pathlib import Path

import pytest

from api.app import create_app
from audit import ledger as audit
from catalogue import Catalogue
from projections.bookings import booking_rows, offline_clients
from projections.centres import centres
from projections.claims import claims, ineligible_learners, results
from projections.database import open_database
from projections.learners import learners
from projections.registrations import registration_rows
from service import Service
from store import open_store
from tests.api.claims.claim_api import ClaimApi
from tests.claim_examples import CATALOGUE
from tests.clock import Clock
from tests.commands.claim_centre import ClaimCentre


@pytest.fixture
def catalogue() -> Catalogue:
    return CATALOGUE


@pytest.fixture
def claim_api(
    tmp_path: Path, keys: Path, clock: Clock, catalogue: Catalogue
) -> Generator[ClaimApi]:
    url = f"sqlite:///{tmp_path / 'data'}"
    service = Service(
        store=open_store(url, keys=keys, clock=clock),
        database=open_database(url),
        ledger=open_database(url, audit.NAME),
        catalogue=catalogue,
        clock=clock,
        read_models=(
            booking_rows.READ_MODEL,
            centres.READ_MODEL,
            learners.READ_MODEL,
            offline_clients.READ_MODEL,
            registration_rows.READ_MODEL,
            claims.READ_MODEL,
            ineligible_learners.READ_MODEL,
            results.READ_MODEL,
        ),
        policies=(),
    )
    with service:
        service.start()
        claim_api = ClaimApi(
            app=create_app(service),
            service=service,
            claim_centre=ClaimCentre(
                store=service.store, now=clock, catalogue=catalogue
            ),
            clock=clock,
        )
        claim_api.open()
        yield claim_api
