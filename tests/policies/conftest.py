"""What tests of policies ask for."""

from collections.abc import Generator
from typing import TypeAlias

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

Logs: TypeAlias = list[EventDict]


@pytest.fixture(autouse=True)
def logs() -> Generator[Logs]:
    """Keep what is logged from being written, with its traces, for nobody to read."""
    with capture_logs() as logs:
        yield logs
