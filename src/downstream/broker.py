"""How to reach the brokers: addresses and security."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONNECT_MS = 5_000
PATIENCE_MS = 15_000
"""How long a broker may take to answer before the batch fails."""
LONGEST_BACKOFF_MS = 1_000


@dataclass(frozen=True, kw_only=True)
class Broker:
    """The addresses of the brokers, ``host:port,host:port``, and the connection's security.

    ``security`` is PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL; the files are PEM.
    """

    servers: str
    security: str = "PLAINTEXT"
    mechanism: str = "SCRAM-SHA-512"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def options(self) -> dict[str, Any]:
        """Return the options for every client of the library."""
        options: dict[str, Any] = {
            "bootstrap_servers": [each.strip() for each in self.servers.split(",")],
            "client_id": "learner-management",
            "security_protocol": self.security,
            "request_timeout_ms": PATIENCE_MS,
            "bootstrap_timeout_ms": CONNECT_MS,
            "reconnect_backoff_max_ms": LONGEST_BACKOFF_MS,
        }
        if self.security.startswith("SASL_"):
            options |= {
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
            }
        if self.security.endswith("SSL"):
            files = {
                "ssl_cafile": self.authority,
                "ssl_certfile": self.certificate,
                "ssl_keyfile": self.key,
            }
            options |= {n: str(f) for n, f in files.items() if f is not None}
        return options
