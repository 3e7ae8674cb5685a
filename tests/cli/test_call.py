"""Calling the API of a running service: careful by itself, and plain to scripts."""

import json
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest
from typer.testing import CliRunner, Result

from cli.main import app

ORDER = {"order": "O-1", "state": "Draft", "lines": [{"id": "a"}, {"id": "b"}]}


class Scripted(BaseHTTPRequestHandler):
    """A service that gives the answers it was told to, and keeps what it was asked."""

    answers: ClassVar[dict[str, list[tuple[int, str, bytes]]]]
    asked: ClassVar[list[tuple[str, dict[str, str], bytes]]]

    def answer(self) -> None:
        what = f"{self.command} {self.path}"
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.asked.append((what, headers, body))
        answers = self.answers[what]
        status, kind, content = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("ETag", '"7"')
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - its names

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def as_json(document: Any, status: int = 200) -> tuple[int, str, bytes]:
    kind = "application/json" if status < 400 else "application/problem+json"
    return status, kind, json.dumps(document).encode()


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Generator[type[Scripted]]:
    Scripted.answers = {
        "GET /readyz": [as_json({"position": 41})],
        "GET /api/v1/orders/O-1": [as_json(ORDER)],
    }
    Scripted.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Scripted) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/"
        monkeypatch.setenv("LEARNER_MANAGEMENT_URL", url)
        monkeypatch.setenv("LEARNER_MANAGEMENT_TOKEN", "lm_token")
        yield Scripted
        server.shutdown()
        thread.join()


def call(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, ["call", *arguments], input=typed)


def test_what_is_read_has_everything_recorded_before(
    scripted: type[Scripted],
) -> None:
    done = call("get", "orders/O-1")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == ORDER
    _, (what, headers, _) = scripted.asked
    assert what == "GET /api/v1/orders/O-1"
    assert headers["min-position"] == "41"
    assert headers["authorization"] == "Bearer lm_token"


def test_a_change_is_made_to_the_thing_as_it_is_now(scripted: type[Scripted]) -> None:
    scripted.answers["PUT /api/v1/orders/O-1/products"] = [as_json(ORDER)]
    assert call("PUT", "/orders/O-1/products", "{}").exit_code == 0
    (read, _, _), (_, headers, body) = scripted.asked
    assert read == "GET /api/v1/orders/O-1"
    assert (headers["if-match"], body) == ('"7"', b"{}")


def test_a_change_of_a_record_is_made_to_that_record(scripted: type[Scripted]) -> None:
    path = "/learner-groups/G-1/records/12"
    scripted.answers[f"GET /api/v1{path}"] = [as_json({})]
    scripted.answers[f"PATCH /api/v1{path}"] = [as_json({})]
    assert call("PATCH", path, "{}").exit_code == 0
    assert scripted.asked[0][0] == f"GET /api/v1{path}"


def test_each_post_has_a_key_of_its_own(scripted: type[Scripted]) -> None:
    scripted.answers["POST /api/v1/orders"] = [as_json(ORDER, 201)]
    for _ in range(2):
        assert call("POST", "/orders", "-", typed='{"products": []}').exit_code == 0
    (_, first, body), (_, second, _) = scripted.asked
    assert body == b'{"products": []}'
    assert first["idempotency-key"] != second["idempotency-key"]


@pytest.mark.parametrize(
    ("pick", "printed"),
    [
        ("state", "Draft\n"),
        ("lines.1.id", "b\n"),
        ("lines.*.id", '["a", "b"]\n'),
        ("lines.0", '{"id": "a"}\n'),
    ],
)
def test_one_thing_may_be_picked(
    scripted: type[Scripted], pick: str, printed: str
) -> None:
    assert scripted.answers
    assert call("GET", "/orders/O-1", "--pick", pick).stdout == printed


@pytest.mark.parametrize("pick", ["colour", "lines.2.id", "lines.x", "state.0"])
def test_what_the_answer_does_not_have_is_named(
    scripted: type[Scripted], pick: str
) -> None:
    assert scripted.answers
    done = call("GET", "/orders/O-1", "--pick", pick)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "The answer has no " in done.stderr


def test_it_asks_again_until_it_is_so(scripted: type[Scripted]) -> None:
    done = as_json({**ORDER, "state": "Confirmed"})
    scripted.answers["GET /api/v1/orders/O-1"] = [as_json(ORDER), as_json(ORDER), done]
    said = call("GET", "/orders/O-1", "--until", "state=Confirmed", "--pick", "order")
    assert said.stdout == "O-1\n"
    assert [what for what, _, _ in scripted.asked].count("GET /api/v1/orders/O-1") == 3


def test_it_does_not_ask_for_ever(
    scripted: type[Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scripted.answers
    monkeypatch.setattr("cli.call.TIMEOUT", 0.2)
    done = call("GET", "/orders/O-1", "--until", "state=Confirmed")
    assert (done.exit_code, done.stdout) == (5, "")
    assert "Still not state=Confirmed" in done.stderr


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, 2), (401, 1), (403, 1), (404, 1), (409, 4), (412, 4), (422, 3), (503, 5)],
)
def test_a_refusal_is_told_and_ends_by_its_kind(
    scripted: type[Scripted], status: int, code: int
) -> None:
    problem = {
        "detail": "It may not be.",
        "errors": [{"pointer": "/name", "message": "It is missing."}],
    }
    scripted.answers["GET /api/v1/orders"] = [as_json(problem, status)]
    done = call("GET", "/orders")
    assert (done.exit_code, done.stdout) == (code, "")
    assert done.stderr == "It may not be.\n  /name: It is missing.\n"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((502, "text/html", b"<h1>Bad gateway</h1>"), "<h1>Bad gateway</h1>\n"),
        (as_json({"status": "failing"}, 503), '{"status": "failing"}\n'),
        (as_json(["odd"], 500), '["odd"]\n'),
        (as_json({"title": "Not found"}, 404), "Not found\n"),
    ],
)
def test_a_refusal_that_is_no_problem_document_is_told_as_it_came(
    scripted: type[Scripted], answer: tuple[int, str, bytes], told: str
) -> None:
    scripted.answers["GET /api/v1/orders"] = [answer]
    assert call("GET", "/orders").stderr == told


def test_what_is_not_json_is_printed_as_it_came(scripted: type[Scripted]) -> None:
    pdf = b"%PDF-1.7\n\xe2\xe3"
    path = "/certificates/C-1"
    scripted.answers[f"GET /api/v1{path}"] = [(200, "application/pdf", pdf)]
    assert call("GET", path).stdout_bytes == pdf


def test_nothing_is_printed_where_nothing_is_answered(scripted: type[Scripted]) -> None:
    scripted.answers["DELETE /api/v1/orders/O-1"] = [(204, "text/plain", b"")]
    done = call("DELETE", "/orders/O-1")
    assert (done.exit_code, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("url", "code", "told"),
    [
        ("http://127.0.0.1:9", 5, "Start one with: learner-management serve"),
        ("nonsense", 2, "LEARNER_MANAGEMENT_URL cannot be used"),
    ],
)
def test_where_no_service_answers_it_says_how_to_start_one(
    monkeypatch: pytest.MonkeyPatch, url: str, code: int, told: str
) -> None:
    monkeypatch.setenv("LEARNER_MANAGEMENT_URL", url)
    done = call("POST", "/orders", "{}")
    assert (done.exit_code, done.stdout) == (code, "")
    assert told in done.stderr


def test_who_has_no_token_is_told_how_to_get_one_here(
    scripted: type[Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the header that a program would send."""
    problem = {
        "type": "urn:learner-management:token-missing",
        "detail": "Say who you are: send a token as `Authorization: Bearer …`.",
    }
    scripted.answers["GET /api/v1/orders"] = [as_json(problem, 401)]
    monkeypatch.delenv("LEARNER_MANAGEMENT_TOKEN")
    done = call("GET", "/orders")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "LEARNER_MANAGEMENT_TOKEN=$(learner-management user token" in done.stderr
    assert "Bearer" not in done.stderr
