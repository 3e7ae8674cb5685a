"""Serving on an empty folder: what a newcomer reads, and that it is true."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import httpx2
import pytest

from cli.demo.users import USERS
from cli.installation.serving import PUBLIC_URL_WARNING, listening, warnings
from settings import Settings
from tests.cli.conftest import over
from tests.clock import PATIENCE

LAST = "Ctrl-C ends it.\n"
ASKED = 60
DELAYED_ACKNOWLEDGEMENT = 0.04
"""For how long a kernel holds back what would let a second small packet go."""


def serve(folder: Path) -> "subprocess.Popen[str]":
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.Popen(
        [sys.executable, "-m", "cli.main", "serve", "--demo"],
        env={**os.environ, **over(folder), "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return "".join(iter(process.stdout.readline, LAST))


@pytest.fixture
def served(tmp_path: Path) -> Generator["subprocess.Popen[str]"]:
    with serve(tmp_path) as process:
        yield process
        process.kill()


def test_a_newcomer_is_told_how_to_sign_in_and_what_to_try(
    served: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    text = said(served)
    url = text.partition("\n")[0].removeprefix("Learner Management on ")
    assert str(tmp_path / "data") in text
    assert "learner-management" in text
    assert " demo\n" in text
    for user in USERS:
        (password,) = re.findall(
            rf"^  {user.name} +(\S+)  {user.role}", text, re.MULTILINE
        )
        given = {"user": user.name, "password": password}
        if user in USERS[:2]:
            tokens = f"{url}/api/v1/tokens"
            answer = httpx2.post(tokens, json=given, timeout=PATIENCE)
            assert answer.status_code == 201
    (token, path) = re.findall(r"Bearer (lm_\S+)' (http\S+)", text)[0]
    signed_in = {"Authorization": f"Bearer {token}"}
    listed = httpx2.get(path, headers=signed_in, timeout=PATIENCE)
    assert listed.json()["items"]
    assert httpx2.get(f"{url}/api/v1/docs", timeout=PATIENCE).is_success
    served.send_signal(signal.SIGINT)
    _, talk = served.communicate(timeout=PATIENCE)
    assert served.returncode == 0
    assert talk.endswith("Ended.\n")
    assert "Traceback" not in talk
    told_again(tmp_path, password)


def told_again(folder: Path, password: str) -> None:
    with serve(folder) as process:
        text = said(process)
        process.kill()
    assert all(user.name in text for user in USERS)
    assert password not in text
    assert "Bearer lm_" in text


def test_an_answer_on_a_kept_alive_connection_comes_at_once(
    served: "subprocess.Popen[str]",
) -> None:
    """Not a delayed acknowledgement later: head and body are sent in two packets."""
    where = said(served).partition("\n")[0].rpartition("//")[2]
    took = []
    with closing(HTTPConnection(where, timeout=PATIENCE)) as connection:
        for _ in range(ASKED):
            began = time.perf_counter()
            connection.request("GET", "/healthz")
            assert connection.getresponse().read()
            took.append(time.perf_counter() - began)
    assert min(took[ASKED // 2 :]) < DELAYED_ACKNOWLEDGEMENT / 2, took


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_no_connection_holds_packets_back(host: str) -> None:
    async def accepted(listener: socket.socket) -> int:
        found = asyncio.get_running_loop().create_future()

        def note(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            taken: socket.socket = writer.get_extra_info("socket")
            found.set_result(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(note, sock=listener):
            asked, port, *_ = listener.getsockname()
            _, writer = await asyncio.open_connection(asked, port)
            option: int = await found
            writer.close()
            await writer.wait_closed()
        return option

    assert asyncio.run(accepted(listening(Settings(host=host, port=0))))


def test_a_service_that_others_reach_says_that_it_does_not_know_its_address() -> None:
    said = {
        host: [*warnings(Settings(host=host, public_url=public, lrs="off"), demo=False)]
        for host, public in (
            ("127.0.0.1", ""),
            ("192.0.2.1", "https://learners.example.org"),
            ("192.0.2.2", ""),
        )
    }
    names = {host for host, lines in said.items() if PUBLIC_URL_WARNING in lines}
    assert names == {"192.0.2.2"}
