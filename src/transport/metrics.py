"""Metrics of the service, for Prometheus."""

from contextlib import suppress

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest

from projections.database import LOST
from service import Service

RELAY = {
    "position": "How far the relay has published.",
    "lag": "Positions between the relay and the end of the log.",
    "lag_seconds": "How long ago the first event was recorded that waits for the relay.",
    "failing": "Whether the relay fails at something: 1, else 0.",
}

INBOX = {
    "lag": "Messages of the partitions of this process that are not taken yet.",
    "lag_seconds": "How long ago the first message was sent that is not taken yet.",
    "failing": "Whether the inbox fails at something: 1, else 0.",
}


class Metrics:
    """Requests by route, and how far each follower is behind the log."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._registry = CollectorRegistry()
        of_request = ["method", "route", "status"]
        self._requests = Counter(
            "requests", "Requests answered.", of_request, registry=self._registry
        )
        self._seconds = Histogram(
            "request_seconds",
            "How long answers took.",
            ["method", "route"],
            registry=self._registry,
        )
        self._position = Gauge(
            "follower_position",
            "How far a follower has come.",
            ["follower"],
            registry=self._registry,
        )
        self._lag = Gauge(
            "follower_lag",
            "Positions between a follower and the end of the log.",
            ["follower"],
            registry=self._registry,
        )

        self._relay = {
            name: Gauge(f"relay_{name}", what, registry=self._registry)
            for name, what in (RELAY.items() if service.relay else ())
        }
        self._inbox = {
            name: Gauge(f"inbox_{name}", what, registry=self._registry)
            for name, what in (INBOX.items() if service.inbox else ())
        }

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, status).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """Write all metrics in Prometheus' text format."""
        with suppress(*LOST):  # then their last known values are written
            for name, (position, head) in self._service.behind().items():
                self._position.labels(name).set(position)
                self._lag.labels(name).set(max(0, head - position))
            self._look_at_relay()
        self._look_at_inbox()
        return generate_latest(self._registry)

    def _look_at_relay(self) -> None:
        if self._service.relay:
            told = self._service.relay.behind()
            self._relay["position"].set(told["position"])
            self._relay["lag"].set(told["behind"])
            self._relay["lag_seconds"].set(told["seconds"])
            self._relay["failing"].set(told["error"] is not None)

    def _look_at_inbox(self) -> None:
        if self._service.inbox:
            told = self._service.inbox.behind()
            self._inbox["lag"].set(told["behind"])
            self._inbox["lag_seconds"].set(told["seconds"])
            self._inbox["failing"].set(told["error"] is not None)
