"""An issuer that says whatever it is told to, over HTTP."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc.jwk import RSAKey
from joserfc.util import json_b64encode

from access.oidc.registration import IssuerRegistration
from tests.access.oidc.server import AUDIENCE, BACK

CLIENT = "learner-management"
KEY = RSAKey.generate_key(2048, auto_kid=True)


@dataclass
class Forger:
    """What the issuer publishes at each path; counts how often it is asked."""

    address: str = ""
    key: RSAKey = field(
        default_factory=lambda: RSAKey.generate_key(2048, auto_kid=True)
    )
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def registration(self) -> IssuerRegistration:
        return IssuerRegistration(
            issuer=self.address,
            client_id=CLIENT,
            client_secret="any",
            redirect_uri=BACK,
            user_claim="preferred_username",
            audience=AUDIENCE,
        )

    def publish(self, **metadata: object) -> None:
        at = self.address
        self.answers["/.well-known/openid-configuration"] = {
            "issuer": at,
            "authorization_endpoint": f"{at}/auth",
            "token_endpoint": f"{at}/token",
            "jwks_uri": f"{at}/keys",
        } | metadata
        strange = [{"kty": "AKP", "alg": "ML-DSA-44"}, {"kty": "EC"}, {}]
        self.answers["/keys"] = {"keys": [*strange, KEY.as_dict(private=False)]}

    def give(self, id_token: str) -> None:
        """Have codes be given for that ID token."""
        self.answers["/token"] = {
            "access_token": "any",
            "token_type": "Bearer",
            "id_token": id_token,
        }


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    forger: Forger


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        forger = self.server.forger
        forger.asked.append(self.path)
        said = forger.answers.get(self.path)
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(404 if said is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def forging() -> Iterator[Forger]:
    """Run such an issuer on the loopback."""
    forger = Forger()
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.forger = forger
        forger.address = f"http://127.0.0.1:{server.server_port}"
        forger.publish()
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield forger
        server.shutdown()
        thread.join()


def without_signature(claims: Mapping[str, Any]) -> str:
    """Write a token that says that it needs no signature."""
    parts = (json_b64encode({"alg": "none"}), json_b64encode(dict(claims)))
    return ".".join(part.decode() for part in parts) + "."
