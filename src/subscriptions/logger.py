"""The log for administrators; its library is slow to import."""

from typing import Any


def logger() -> Any:
    """Return the logger; commands that succeed never need it."""
    from structlog import get_logger  # noqa: PLC0415 - a tenth of a short command's time

    return get_logger()
