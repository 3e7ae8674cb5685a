"""Liveness, readiness and metrics of the service, for monitoring."""

from http import HTTPStatus
from typing import Any

from fastapi import Request, Response

from api.http.dependencies import Present
from api.http.routing.router import Router
from projections.database import LOST
from transport.metrics import Metrics

router = Router(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Answer 200 while the process runs, even if all its threads wait for a database."""
    return {"status": "alive"}


@router.get("/readyz")
def readyz(response: Response, service: Present) -> dict[str, Any]:
    """Say whether the store answers, and how many positions each follower is behind.

    The status is 503 if there are errors, which are given by where they occurred. What
    relay and inbox of Kafka fail at is told as well, and makes nothing unready.
    """
    head, followers, errors = None, {}, dict(service.errors)
    relay: dict[str, Any] = {}
    try:
        head = service.store.head()
        followers = {
            name: {"position": position, "behind": max(0, head - position)}
            for name, (position, _) in service.behind().items()
        }
        relay = {"relay": service.relay.behind()} if service.relay else {}
        if service.inbox:
            relay["inbox"] = service.inbox.behind()
    except LOST as error:
        errors["database"] = str(error).partition("\n")[0]
    if errors:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return {
        "status": "failing" if errors else "ready",
        "position": head,
        "followers": followers,
        "errors": errors,
        **relay,
    }


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Show the metrics in the text format of Prometheus."""
    counted: Metrics = request.app.state.metrics
    return Response(counted.text(), media_type="text/plain; version=0.0.4")
