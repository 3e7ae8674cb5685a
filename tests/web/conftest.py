"""One website for the tests of a worker."""

from collections.abc import Iterator

import pytest

from tests.web.pages import FullSite, WebSite, full_site, website


@pytest.fixture(scope="session")
def pages() -> Iterator[WebSite]:
    with website() as opened:
        yield opened


@pytest.fixture(scope="session")
def full() -> Iterator[FullSite]:
    with full_site() as opened:
        yield opened
