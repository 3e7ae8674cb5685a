"""Serving on an empty folder: what a newcomer reads, and that it is true."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import httpx2
import pytest

from cli.demo import USERS
from tests.cli.conftest import over
from tests.clock import PATIENCE

LAST = "Ctrl-C ends it.\n"


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
            assert httpx2.post(f"{url}/api/v1/tokens", json=given).status_code == 201
    (token, path) = re.findall(r"Bearer (lm_\S+)' (http\S+)", text)[0]
    signed_in = {"Authorization": f"Bearer {token}"}
    assert httpx2.get(path, headers=signed_in).json()["items"]
    assert httpx2.get(f"{url}/api/v1/docs").is_success
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
