"""Two centres with one of everything, for all tests of a module."""

from collections.abc import Generator

import pytest

from tests.api.isolation.neighbours import Neighbours, side_by_side


@pytest.fixture(scope="module")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> Generator[Neighbours]:
    with side_by_side(tmp_path_factory.mktemp("neighbours")) as neighbours:
        yield neighbours
