"""One website and one browser for the tests of a worker."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.web.browsers import chromium
from tests.web.pages import FullSite, WebSite, full_site, website


@pytest.fixture(scope="session")
def pages() -> Iterator[WebSite]:
    with website() as opened:
        yield opened


@pytest.fixture(scope="session")
def full() -> Iterator[FullSite]:
    with full_site() as opened:
        yield opened


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started
