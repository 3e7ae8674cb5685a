"""A real issuer on the loopback, for tests: npm's oidc-provider, killed and started at will.

Where Node or its packages are missing these tests are skipped; with ``ISSUER_REQUIRED``
set in the environment they fail instead.
"""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2
from joserfc.jwk import RSAKey

from access.oidc.registration import IssuerRegistration
from tests.machine.needed import require

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
MADE = ROOT / "build" / "issuer"
NODE = ROOT / "build" / "clients" / ".venv" / "bin"
"""Where ``make clients`` puts Node, if the machine has none."""

SECRET = "a secret: with + and %"
AUDIENCE = "learner-management-api"
RESOURCE = "urn:learner-management:api"
BACK = "http://127.0.0.1/sign-in/return"


def free_port() -> int:
    """Find a port that nobody listens at."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{os.environ['PATH']}:{NODE}"}


def why_not() -> str | None:
    """Say why no issuer can be started here; None if one can."""
    path = environment()["PATH"]
    if missing := [w for w in ("node", "npm") if shutil.which(w, path=path) is None]:
        return f"A real issuer needs {' and '.join(missing)}."
    try:
        fetch_packages()
    except subprocess.CalledProcessError:
        return "npm cannot fetch oidc-provider."
    return None


def require_issuer() -> None:
    """Skip the test if there can be no issuer, or fail it if there must be one."""
    require(why_not(), "ISSUER_REQUIRED")


def fetch_packages() -> None:
    """Have npm fetch what the lock names, once, whoever asks first."""
    MADE.mkdir(parents=True, exist_ok=True)
    with (MADE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        locked = (HERE / "package-lock.json").read_bytes()
        ready = MADE / "ready"
        if not (ready.exists() and ready.read_bytes() == locked):
            shutil.copy(ROOT / "tests" / "clients" / ".npmrc", MADE)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, MADE)
            subprocess.run(
                ["npm", "ci", "--silent", "--fetch-retries=1"],  # noqa: S607 - the machine's, or that of ``make clients``
                cwd=MADE,
                env=environment(),
                check=True,
                stdout=2,
            )
            ready.write_bytes(locked)


class _Form(HTMLParser):
    """The first form of a page: where it goes, and what it holds."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action, self.values = "", dict[str, str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given["action"]
        if tag == "input":
            self.values[given["name"]] = given.get("value", "")


@dataclass
class IssuerServer:
    """An issuer; whoever types a name there is that person."""

    port: int = field(default_factory=free_port)
    key: RSAKey = field(
        default_factory=lambda: RSAKey.generate_key(2048, auto_kid=True)
    )
    _process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def registration(self, **other: Any) -> IssuerRegistration:
        """Say how the service is registered there."""
        values = {
            "issuer": self.address,
            "client_id": "learner-management",
            "client_secret": SECRET,
            "redirect_uri": BACK,
            "user_claim": "preferred_username",
            "audience": AUDIENCE,
        }
        return IssuerRegistration(**(values | other))

    def start(self) -> None:
        """Start it, and wait until it listens."""
        shutil.copy(HERE / "issuer.js", MADE)
        client = {
            "client_id": "learner-management",
            "client_secret": SECRET,
            "application_type": "native",  # on the loopback, at any port
            "redirect_uris": [BACK],
            "post_logout_redirect_uris": [BACK.removesuffix("/return")],
        }
        settings = {
            "port": self.port,
            "client": client,
            "api": {"audience": AUDIENCE, "resource": RESOURCE},
            "keys": [{**self.key.as_dict(private=True), "use": "sig", "alg": "RS256"}],
        }
        self._process = subprocess.Popen(
            ["node", "issuer.js"],  # noqa: S607 - the machine's, or that of ``make clients``
            cwd=MADE,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(settings))
        self._process.stdin.close()
        assert any("ready" in line for line in self._process.stdout)

    def stop(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def sign_in(self, address: str, name: str) -> str:
        """Sign in as a person at a browser would; the address that they are sent back to."""
        with httpx2.Client(follow_redirects=False) as browser:
            answer = browser.get(address)
            while answer.status_code != 200:
                there = urljoin(str(answer.url), answer.headers["location"])
                if not there.startswith(self.address):
                    return there
                answer = browser.get(there)
                if answer.status_code == 200:
                    form = _Form(answer.text)
                    typed = {"login": name, "password": "any"}
                    answer = browser.post(form.action, data=form.values | typed)
        raise AssertionError(answer.text)

    def access_token(self, name: str, **asked: str) -> str:
        """Get an access token for the API, as a program does that somebody signs in to."""
        question = {
            "client_id": "learner-management",
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": "openid api",
            "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "code_challenge_method": "S256",
            "resource": RESOURCE,
        } | asked
        address = httpx2.URL(f"{self.address}/auth", params=question)
        back = self.sign_in(str(address), name)
        answer = httpx2.post(
            f"{self.address}/token",
            auth=("learner-management", "a+secret%3A+with+%2B+and+%25"),
            data={
                "grant_type": "authorization_code",
                "code": parse_qs(urlsplit(back).query)["code"][0],
                "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
                "redirect_uri": BACK,
                "resource": question["resource"],
            },
        )
        return str(answer.json()["access_token"])
