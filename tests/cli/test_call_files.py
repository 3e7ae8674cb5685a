"""Files that are sent to a running service, and answers that are saved, by `call`."""

import json
import socket
from collections.abc import Generator
from pathlib import Path
from threading import Thread

import pytest
import uvicorn
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from api.app import create_app
from cli.demo.users import token_of
from cli.main import app
from tests.api.running import running
from tests.clock import Clock
from tests.image_examples import PHOTOGRAPH
from tests.learner_examples import cells, csv_file

LEARNER = {"given_name": "Ben", "family_name": "M", "date_of_birth": "2006-03-27"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Serve the API over a new folder; give the token of an administrator."""
    folder = tmp_path_factory.mktemp("served")
    data, key = f"sqlite:///{folder / 'data'}", folder / "key"
    with (
        capture_logs(),  # which would be printed among what the command prints
        running(data, key, Clock()) as service,
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.MonkeyPatch.context() as environment,
    ):
        config = uvicorn.Config(create_app(service), log_config=None, access_log=False)
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        token = token_of(service, "admin.riverside")
        port = listener.getsockname()[1]
        environment.setenv("LEARNER_MANAGEMENT_URL", f"http://127.0.0.1:{port}")
        environment.setenv("LEARNER_MANAGEMENT_TOKEN", token)
        yield token
        server.should_exit = True
        thread.join()


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["call", *map(str, arguments)])


def done(*arguments: object) -> str:
    result = call(*arguments)
    assert result.exit_code == 0, result.stderr
    return result.stdout.strip()


@pytest.mark.usefixtures("served")
def test_a_file_of_learners_is_uploaded_and_what_is_wrong_in_it_is_saved(
    tmp_path: Path,
) -> None:
    """U1, U8: as a form, there and back."""
    file = tmp_path / 'learners "7".csv'
    file.write_bytes(csv_file(cells(), cells(family_name="", uln="")))
    named = json.dumps({"name": "Autumn Über"})
    path = "/learner-groups"
    group = done("POST", path, named, "--file", file, "--pick", "group")
    path = f"{path}/{group}"
    counts = json.loads(done("GET", path, "--until", "progress=50", "--pick", "counts"))
    assert (counts["valid"], counts["invalid"]) == (1, 1)
    assert done("GET", path, "--pick", "name") == "Autumn Über"
    assert done("GET", path, "--pick", "file_name") == "learners %227%22.csv"
    saved = tmp_path / "invalid.xlsx"
    result = call("GET", f"{path}/invalid.xlsx", "--output", saved)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"The answer is in {saved}.\n"
    assert saved.read_bytes().startswith(b"PK")
    (row,) = json.loads(done("POST", f"{path}/invalid.xlsx", "--file", saved))["rows"]
    assert row["outcome"] == "unchanged"


@pytest.mark.usefixtures("served")
def test_an_image_is_sent_as_it_is_and_one_that_is_answered_is_saved(
    tmp_path: Path,
) -> None:
    """L2."""
    learner = done("POST", "/learners", json.dumps(LEARNER), "--pick", "learner")
    file = tmp_path / "ben.png"
    file.write_bytes(PHOTOGRAPH)
    done("PUT", f"/learners/{learner}/photograph", "--file", file)
    saved = tmp_path / "saved"
    done("GET", f"/learners/{learner}/photograph", "--output", saved)
    assert saved.read_bytes()[:3] in {b"\xff\xd8\xff", b"\x89PN"}


@pytest.mark.usefixtures("served")
def test_a_file_of_json_is_a_body_and_an_answer_of_json_is_saved(
    tmp_path: Path,
) -> None:
    file, saved = tmp_path / "order.json", tmp_path / "saved.json"
    file.write_text(json.dumps({"purchase_order_number": "PO-7"}))
    done("POST", "/orders", "--file", file, "--output", saved)
    assert json.loads(saved.read_text())["purchase_order_number"] == "PO-7"
    done("GET", "/orders", "--output", saved, "--pick", "items.0.state")
    assert saved.read_text() == "Draft\n"


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (
            ("POST", "/learner-groups", "--file", "{at}/none"),
            2,
            "cannot be read: No such",
        ),
        (("POST", "/learner-groups", "[]", "--file", "{at}/a.csv"), 2, "a JSON object"),
        (("POST", "/learner-groups", "{", "--file", "{at}/a.csv"), 2, "a JSON object"),
        (
            ("POST", "/learner-groups", "--file", "{at}/a.csv"),
            3,
            "/name: This is missing",
        ),
        (("POST", "/orders", "{}", "--file", "{at}/a.csv"), 2, "not both"),
        (("GET", "/orders", "--file", "{at}/a.csv"), 2, "Leave --file out."),
        (("POST", "/nowhere", "--file", "{at}/a.csv"), 2, "Leave --file out."),
        (
            ("GET", "/orders", "--output", "{at}"),
            1,
            "cannot be written: Is a directory.",
        ),
    ],
)
def test_what_cannot_be_sent_or_saved_is_told(
    tmp_path: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    (tmp_path / "a.csv").write_bytes(csv_file(cells()))
    refused = call(*(word.replace("{at}", str(tmp_path)) for word in words))
    assert (refused.exit_code, refused.stdout) == (code, "")
    assert told in refused.stderr


@pytest.mark.usefixtures("served")
def test_a_field_that_is_said_twice_beside_a_file_is_refused(tmp_path: Path) -> None:
    (file := tmp_path / "learners.csv").write_bytes(csv_file(cells()))
    said = '{"name": "Autumn", "name": "Spring"}'
    refused = call("POST", "/learner-groups", said, "--file", file)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "gives more than once: name. Give each once." in refused.stderr
