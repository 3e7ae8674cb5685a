"""Our service and the plain one, each in a process of its own, asked in turns."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from aggregates.learners.details import Details, check_details
from benchmarks import plain_service
from cli.demo.users import token_of
from commands.learners.learner import begin_learner
from events.identifier import Kind, new_identifier, stream_of
from service import Service, open_service
from store import Actor, Change, Conflict
from tests.api.running import begin
from web.http.sessions import cookie_of

ROOT = Path(__file__).parents[1]
USER, CENTRE = "admin.riverside", plain_service.CENTRE
BY = Actor(user=USER, role="Centre Administrator", centre=CENTRE, channel="api")
HEALTHY = 120.0
CHUNK = 1_000


@dataclass(frozen=True, kw_only=True)
class Served:
    """A service that listens; the token to ask it with, or the cookie to open pages."""

    port: int
    token: str
    process: int
    cookie: str = ""


class Client:
    """One kept-alive connection, as lean as can be: what is timed is the service."""

    def __init__(self, served: Served) -> None:
        self._socket = socket.create_connection(("127.0.0.1", served.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = f"Host: 127.0.0.1\r\nAuthorization: Bearer {served.token}\r\n"
        self._read = b""
        self.position = ""
        """The Event-Position of the last answer that had one; empty if none had."""

    def close(self) -> None:
        self._socket.close()

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def post(
        self, path: str, body: object, headers: Mapping[str, str] | None = None
    ) -> Any:
        return self.ask("POST", path, json.dumps(body).encode(), headers=headers)

    def ask(
        self,
        method: str,
        path: str,
        content: bytes = b"",
        kind: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Ask, and read the answer. Raises RuntimeError if it is not 2xx."""
        sent = dict(headers or {})
        if content:
            sent |= {"Content-Type": kind, "Content-Length": f"{len(content)}"}
        lines = "".join(f"{name}: {text}\r\n" for name, text in sent.items())
        head = f"{method} {path} HTTP/1.1\r\n{self._head}{lines}\r\n"
        self._socket.sendall(head.encode() + content)
        while b"\r\n\r\n" not in self._read:
            self._receive()
        answer, _, self._read = self._read.partition(b"\r\n\r\n")
        status, *fields = answer.decode().split("\r\n")
        length = next(
            (int(f[15:]) for f in fields if f.lower().startswith("content-length:")), 0
        )
        self.position = next(
            (f[16:] for f in fields if f.lower().startswith("event-position: ")),
            self.position,
        )
        while len(self._read) < length:
            self._receive()
        body, self._read = self._read[:length], self._read[length:]
        if status.split(" ")[1][0] != "2":
            message = f"{method} {path}: {status} {body.decode()}"
            raise RuntimeError(message)
        return json.loads(body) if body else None

    def _receive(self) -> None:
        received = self._socket.recv(65_536)
        if not received:
            raise ConnectionError
        self._read += received


@contextmanager
def ours(database: str, keys: Path, learners: Iterator[Details]) -> Generator[Served]:
    """Serve our service over a database that is filled with these learners first."""
    with open_service(database, ROOT / "catalogue", keys) as service:
        begin(service)
        fill(service, learners)
        token = token_of(service, USER)
        cookie = cookie_of(service.store, token, service.clock())
    port = free_port()
    command = [sys.executable, "-m", "cli.main", "serve", "--port", str(port)]
    with process(command, our_environment(database, keys)) as started:
        served = Served(port=port, token=token, process=started, cookie=cookie)
        until_healthy(served, "/healthz")
        yield served


def our_environment(database: str, keys: Path) -> dict[str, str]:
    """Say by which settings our service is served here."""
    return {
        "LEARNER_MANAGEMENT_DATABASE": database,
        "LEARNER_MANAGEMENT_KEYS": str(keys),
        "LEARNER_MANAGEMENT_CATALOGUE": str(ROOT / "catalogue"),
        "LEARNER_MANAGEMENT_RATE": "100000000/minute",
        "LEARNER_MANAGEMENT_LRS": "off",
    }


@contextmanager
def plain(database: str, learners: Iterator[Details]) -> Generator[Served]:
    """Serve the plain service over a database that is filled with these learners first."""
    plain_service.fill(database, learners)
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.serve_plain", database, str(port)]
    with process(command, {}) as started:
        served = Served(port=port, token=plain_service.TOKEN, process=started)
        until_healthy(served, "/api/v1/learners?limit=1")
        yield served


def fill(service: Service, learners: Iterator[Details]) -> None:
    """Record learners by the thousand, and wait until the read models show them."""
    service.read_models.start()
    while part := list(islice(learners, CHUNK)):
        record(service, part)
    assert service.read_models.wait_for(service.store.head(), 3600)


def record(service: Service, part: Sequence[Details]) -> None:
    """Record learners; again under other identifiers if one of them was taken."""
    for _ in range(3):
        with suppress(Conflict):
            service.store.append(*(created(service, each) for each in part), by=BY)
            return
    raise AssertionError


def created(service: Service, details: Details) -> Change:
    learner = new_identifier(Kind.LEARNER)
    return begin_learner(
        service.store,
        learner=learner,
        centre=CENTRE,
        group=None,
        person_id=stream_of(learner),
        details=details,
        to_verify=False,
        outcome=None,
        is_first=True,
    )


def details_of(rows: Iterator[Mapping[str, str]]) -> Iterator[Details]:
    today = datetime.now(UTC).date()
    for row in rows:
        checked = check_details(row, today=today)
        assert checked.details is not None, checked.problems
        yield checked.details


@contextmanager
def process(command: Sequence[str], environment: Mapping[str, str]) -> Generator[int]:
    """Run a process until it is not needed any more; give its process id."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    started = subprocess.Popen(  # noqa: S603 - our own
        command,
        env={**os.environ, "PYTHONPATH": path, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield started.pid
    finally:
        started.terminate()
        started.wait(30)


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port: int = taken.getsockname()[1]
        return port


def until_healthy(served: Served, path: str) -> None:
    """Wait for the first answer."""
    began = time.perf_counter()
    while True:
        try:
            with closing(Client(served)) as client:
                client.get(path)
        except (OSError, RuntimeError):
            if time.perf_counter() - began > HEALTHY:
                raise
            time.sleep(0.01)
        else:
            return


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What one request takes: seconds, and seconds of its service's processor time."""

    seconds: float
    busy: float


def in_turns(
    each: Sequence[Served],
    ask: Callable[[Client, Served], object],
    *,
    count: int,
    clients: int = 1,
    rounds: int = 5,
) -> list[Taken]:
    """Give, for each service, the medians of what one request takes.

    In each round every service is asked ``count`` times in all, by so many clients at
    once: the seconds are those of the round over the count.
    """
    taken: list[list[Taken]] = [[] for _ in each]
    for turn in range(rounds + 1):
        for served, so_far in zip(each, taken, strict=True):
            of_round = a_round(served, ask, count=count, clients=clients)
            if turn:  # the first warms up
                so_far.append(of_round)
    return [
        Taken(
            seconds=median(each.seconds for each in rounds_taken),
            busy=median(each.busy for each in rounds_taken),
        )
        for rounds_taken in taken
    ]


def a_round(
    served: Served,
    ask: Callable[[Client, Served], object],
    *,
    count: int,
    clients: int,
) -> Taken:
    with ExitStack() as stack:
        opened = [stack.enter_context(closing(Client(served))) for _ in range(clients)]

        def work(client: Client) -> None:
            for _ in range(count // clients):
                ask(client, served)

        busy, began = busy_seconds(served.process), time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            list(pool.map(work, opened))
        took = time.perf_counter() - began
    return Taken(
        seconds=took / count, busy=(busy_seconds(served.process) - busy) / count
    )


def busy_seconds(process: int) -> float:
    """Give the processor time that a process has used so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
