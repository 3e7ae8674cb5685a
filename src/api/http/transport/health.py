"""Whether the service lives, is ready for work, and what it counts."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response

from api.http.dependencies import Present
from api.http.transport.metrics import Metrics
from projections.database import LOST

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that the process lives, even if every thread of it waits for a database."""
    return {"status": "alive"}


@router.get("/readyz")
def readyz(response: Response, service: Present) -> dict[str, Any]:
    """Say whether the store answers, and how far each follower is behind it."""
    head, followers, errors = None, {}, dict(service.errors)
    try:
        head = service.store.head()
        followers = {
            name: {"position": position, "behind": max(0, head - position)}
            for name, (position, _) in service.behind().items()
        }
    except LOST as error:
        errors["database"] = str(error).partition("\n")[0]
    if errors:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return {
        "status": "failing" if errors else "ready",
        "position": head,
        "followers": followers,
        "errors": errors,
    }


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Show the counts in Prometheus' text format."""
    counted: Metrics = request.app.state.metrics
    return Response(counted.text(), media_type="text/plain; version=0.0.4")
