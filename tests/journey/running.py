"""A service of its own: a real process on a real port, asked over HTTP."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from tests.clock import PATIENCE

HERE = Path(__file__).parents[2]


class Running:
    """Where the service answers, and how to reach it from the command line."""

    def __init__(
        self, url: str, environment: Mapping[str, str], clients: ExitStack
    ) -> None:
        self.url, self.environment = url, dict(environment)
        self._clients = clients

    def learner_management(self, *arguments: str) -> str:
        """Run a command beside the service, and give what it prints."""
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "cli.main", *arguments],
            cwd=HERE,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def signed_in(self, name: str) -> "Person":
        token = self.learner_management("user", "token", name).strip()
        # A connection that is kept may be closed just when it is used again.
        limits = httpx2.Limits(max_keepalive_connections=0)
        client = self._clients.enter_context(httpx2.Client(limits=limits))
        client.base_url = f"{self.url}/api/v1"
        return Person(client, token)


class Person:
    """Somebody who asks over HTTP, and looks no earlier than what they have changed."""

    def __init__(self, client: httpx2.Client, token: str) -> None:
        self._client = client
        self._token = token
        self._seen = "0"

    def ask(
        self, method: str, path: str, expect: int, **options: Any
    ) -> httpx2.Response:
        """Send a request; the answer must have the status expected."""
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Min-Position": self._seen,
            "Prefer": "wait=10",
            **options.pop("headers", {}),
        }
        answer = self._client.request(
            method, path, headers=headers, timeout=PATIENCE, **options
        )
        assert answer.status_code == expect, answer.text
        self._seen = answer.headers.get("Event-Position", self._seen)
        return answer

    def get(self, path: str, expect: int = 200, **parameters: str) -> Any:
        return self.ask("GET", path, expect, params=parameters).json()

    def streaming(
        self, path: str, **headers: str
    ) -> AbstractContextManager[httpx2.Response]:
        """Open a stream of events."""
        wanted = {
            "Authorization": f"Bearer {self._token}",
            "Accept": "text/event-stream",
            **headers,
        }
        return self._client.stream("GET", path, headers=wanted, timeout=PATIENCE)

    def post(
        self, path: str, body: object = None, expect: int = 200, key: str = ""
    ) -> Any:
        headers = {"Idempotency-Key": key or str(uuid4())}
        return self.ask("POST", path, expect, json=body, headers=headers).json()

    def change(self, method: str, path: str, body: object, expect: int = 200) -> Any:
        """Change the thing as it is now, saying which version that is."""
        parts = path.strip("/").split("/")
        thing = path if "records" in parts else "/" + "/".join(parts[:2])
        etag = self.ask("GET", thing, 200).headers["ETag"]
        answer = self.ask(method, path, expect, json=body, headers={"If-Match": etag})
        return answer.json() if answer.content else None

    def until(self, path: str, is_so: Callable[[Any], bool], **parameters: str) -> Any:
        """Look again until it is so."""
        patience = time.monotonic() + PATIENCE
        while not is_so(found := self.get(path, 200, **parameters)):
            assert time.monotonic() < patience, found
            time.sleep(0.05)
        return found


@contextmanager
def serving(
    database_url: str, folder: Path, *options: str, **more: str
) -> Generator[Running]:
    """Start the service with its demo users and options; end it by its process id."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(HERE / "src"),
        "LEARNER_MANAGEMENT_DATABASE": database_url,
        "LEARNER_MANAGEMENT_CATALOGUE": str(HERE / "catalogue"),
        "LEARNER_MANAGEMENT_KEYS": str(folder / "master.key"),
        **more,
    }
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(  # noqa: S603 - our own command
            [
                *(sys.executable, "-m", "cli.main", "serve", "--demo", "--port", "0"),
                *options,
            ],
            cwd=HERE,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            if "--filled" in options:
                assert said == "Filling the demo's first centre…\n"
                said = process.stdout.readline()
            assert said.startswith("Learner Management on "), (
                folder / "log"
            ).read_text()
            url = said.removeprefix("Learner Management on ").strip()
            wait_for(f"{url}/readyz")
            with ExitStack() as clients:
                yield Running(url, environment, clients)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def wait_for(url: str) -> None:
    patience = time.monotonic() + PATIENCE
    while True:
        try:
            if httpx2.get(url, timeout=PATIENCE).is_success:
                return
        except httpx2.TransportError:
            pass
        assert time.monotonic() < patience, f"{url} does not answer"
        time.sleep(0.05)
