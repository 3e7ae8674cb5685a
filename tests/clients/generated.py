"""What teams do with the OpenAPI document: lint it, make clients of it, run them.

Run by ``make clients``, which fetches Node and its packages; ``make test`` needs none of
them, so this module is not called as tests are.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Generator

import pytest

from tests.journey.running import HERE, Running, serving

MADE = HERE / "build" / "clients"
DOCUMENT = "../../docs/openapi.json"
NODE = MADE / "node_modules" / ".bin"
PYTHON = MADE / ".venv" / "bin"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Generator[Running]:
    folder = tmp_path_factory.mktemp("service")
    with serving(f"sqlite:///{folder}/data", folder) as running:
        yield running


def run(*words: object, **environment: str) -> str:
    """Run a command where clients are made; it succeeds."""
    done = subprocess.run(  # noqa: S603 - what is installed for it
        [str(word) for word in words],
        cwd=MADE,
        env={
            **os.environ,
            "PATH": f"{PYTHON}:{os.environ['PATH']}",
            "REDOCLY_TELEMETRY": "off",
            "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def journey(service: Running, *words: object, **environment: str) -> None:
    token = service.learner_management("user", "token", "admin.riverside").strip()
    said = run(*words, SERVICE=service.url, TOKEN=token, **environment)
    assert said == "done\n"


def test_asyncapi_finds_nothing() -> None:
    assert run("node", "asyncapi.js", "../../docs/asyncapi.json") == "valid\n"


def test_spectral_finds_nothing() -> None:
    settings = ("--ruleset", "spectral.yaml", "--fail-severity", "hint")
    assert "No results" in run(NODE / "spectral", "lint", DOCUMENT, *settings)


def test_redocly_finds_nothing() -> None:
    settings = ("--config", "redocly.yaml", "--format", "json")
    found = json.loads(run(NODE / "redocly", "lint", DOCUMENT, *settings))
    assert found["problems"] == []


def test_clients_in_typescript_are_strict_and_run_a_journey(service: Running) -> None:
    """Made by openapi-typescript, and by @hey-api/openapi-ts."""
    run(NODE / "openapi-typescript", DOCUMENT, "-o", "schema.ts")
    run(NODE / "openapi-ts", "--no-log-file")
    run(NODE / "tsc", "--project", "tsconfig.json")
    for name in ("openapi_typescript", "hey_api"):
        journey(service, "node", f"js/{name}.js")


def test_a_client_in_python_runs_a_journey(service: Running) -> None:
    """Made by openapi-python-client, which warns of what it leaves out."""
    package = MADE / "learner_management_client"
    shutil.rmtree(package, ignore_errors=True)
    run(
        *(PYTHON / "openapi-python-client", "generate", "--path", DOCUMENT),
        *("--config", "python_client.yaml", "--meta", "none", "--fail-on-warning"),
        *("--output-path", package),
    )
    journey(service, PYTHON / "python", "python_client.py", PYTHONPATH=str(MADE))
