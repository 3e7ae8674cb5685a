"""One website for the tests of a worker."""

from collections.abc import Iterator

import pytest

from tests.web.pages import WebSite, website


@pytest.fixture(scope="session")
def pages() -> Iterator[WebSite]:
    with website() as opened:
        yield opened
