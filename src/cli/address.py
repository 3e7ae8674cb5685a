"""The address of a running service: ``serve`` writes it, ``call`` reads it."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

URL = "LEARNER_MANAGEMENT_URL"
HOST, PORT = "LEARNER_MANAGEMENT_HOST", "LEARNER_MANAGEMENT_PORT"
KEYS = "LEARNER_MANAGEMENT_KEYS"
NAME = "address"
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what they are reached by


def address_of(host: str, port: int | str) -> str:
    """Return the address at which this machine reaches a service that listens so."""
    if ":" in host and host not in ANYWHERE:
        host = f"[{host}]"
    return f"http://{ANYWHERE.get(host, host)}:{port}"


@contextmanager
def publish_address(keys: Path, address: str) -> Generator[None]:
    """Keep the address in a file beside the master key while the service runs."""
    file = keys.parent / NAME
    with suppress(OSError):
        file.write_text(f"{address}\n")
    try:
        yield
    finally:
        with suppress(OSError):
            if file.read_text().strip() == address:
                file.unlink()


def find_address(
    keys: Path | None = None, environment: Mapping[str, str] = os.environ
) -> str:
    """Return the address to call: as set, of the running ``serve``, or the default."""
    if address := environment.get(URL):
        return address.rstrip("/")
    beside = keys or Path(environment.get(KEYS, "var/master.key"))
    with suppress(OSError):
        if address := (beside.parent / NAME).read_text().strip():
            return address
    return address_of(environment.get(HOST, "127.0.0.1"), environment.get(PORT, "8000"))
