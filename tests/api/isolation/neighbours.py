"""Two centres side by side, and what one is told of the other."""

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi.testclient import TestClient
from httpx2 import Response

from service import Service
from tests.api.running import clients, running
from tests.api.seeded_centre import Things, furnished
from tests.clock import Clock

NOT_TOLD = {"etag", "content-length", "x-request-id", "ratelimit", "ratelimit-policy"}
IDENTIFIER = re.compile(r"\b(L|G|O|R|B|AC|C)-[0-9]{10}[A-Z]?")
CLIENT = re.compile(r"\b[0-9a-f]{32}\b")
"""What an offline client is called."""


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """Two centres with one of everything, and who is at the second."""

    service: Service
    theirs: Things
    ours: Things
    them: TestClient
    us: Mapping[str, TestClient]


@contextmanager
def side_by_side(folder: Path) -> Generator[Neighbours]:
    """Furnish the two centres of one running service."""
    with (
        running(f"sqlite:///{folder / 'data'}", folder / "key", Clock()) as service,
        clients(service) as client_as,
    ):
        theirs = furnished(client_as("admin.riverside"), service, "Quillfeather")
        ours = furnished(client_as("admin.hillside"), service, "Thistlewood")
        yield Neighbours(
            service=service,
            theirs=theirs,
            ours=ours,
            them=client_as("admin.riverside"),
            us={
                "administrator": client_as("admin.hillside"),
                "assessor": client_as(ours.called["name"]),
            },
        )


def told(answer: Response, *names: str) -> tuple[int, object, str]:
    """Give all that an answer says, but for what things are called in it."""
    headers = {k: v for k, v in answer.headers.items() if k not in NOT_TOLD}
    body = CLIENT.sub("…", IDENTIFIER.sub(r"\1-…", answer.text))
    for name in names:
        body = body.replace(name, "…")
    return answer.status_code, headers, body
