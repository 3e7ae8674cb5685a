"""Answers on one kept-alive connection, against bytes sent there and back."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import structlog

from api.app import create_app
from cli.demo.users import token_of
from cli.installation.serving import Server, listening
from settings import Settings
from tests.api.running import running
from tests.clock import Clock

ASKED = 500
PATHS = ("/healthz", "/api/v1/me", "/api/v1/products?limit=5")


def run() -> None:
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet)
    least = echoed()
    print(f"there and back: {1000 * least:.2f} ms")
    with served() as (host, port, token), closing(HTTPConnection(host, port)) as client:
        for path in PATHS:
            seconds = answered(client, path, token)
            print(f"GET {path}: {1000 * seconds:.2f} ms, {seconds / least:.0f} times")


def echoed() -> float:
    """Give the median of the seconds that a few bytes take to come back."""

    def echo() -> None:
        taken, _ = listener.accept()
        with taken:
            while sent := taken.recv(100):
                taken.sendall(sent)

    with listening(Settings(port=0)) as listener:
        threading.Thread(target=echo, daemon=True).start()
        with socket.create_connection(listener.getsockname()) as asking:
            asking.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

            def ask() -> None:
                asking.sendall(b"there")
                assert asking.recv(100) == b"there"

            return took(ask)


def answered(client: HTTPConnection, path: str, token: str) -> float:
    """Give the median of the seconds that an answer takes."""

    def ask() -> None:
        client.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        answer = client.getresponse()
        assert answer.read()
        assert answer.status == 200

    return took(ask)


def took(work: Callable[[], None]) -> float:
    seconds = []
    for _ in range(ASKED):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return median(seconds)


@contextmanager
def served() -> Generator[tuple[str, int, str]]:
    """Serve the demo: its address, its port, and the token of a user."""
    with (
        TemporaryDirectory() as folder,
        running(f"sqlite:///{folder}/data", Path(folder, "key"), Clock()) as service,
        listening(Settings(port=0)) as listener,
    ):
        app = create_app(service, rate="1000000/minute")
        server = Server(app, app.state.streams)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield *listener.getsockname(), token_of(service, "admin.riverside")
        finally:
            server.should_exit = True
            thread.join()
