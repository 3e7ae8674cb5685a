"""The log for those who look after the service, whose library is slow to import."""

from typing import Any


def logger() -> Any:
    """Give the logger; commands that end well never need it."""
    from structlog import get_logger  # noqa: PLC0415 - a tenth of a short command's time

    return get_logger()
