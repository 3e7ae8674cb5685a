"""A website in which claims are made and submitted, of a test module's own."""

from collections.abc import Iterator

import pytest

from tests.web.pages import FullSite, full_site


@pytest.fixture(scope="module")
def claims_site() -> Iterator[FullSite]:
    with full_site() as opened:
        yield opened
