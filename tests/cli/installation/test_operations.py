"""Looking after an installation: what is set, how far all is, and making it anew."""

import csv
import json
import socket
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text

from cli import session
from store import Conflict, Unavailable
from store.postgres import recorder as postgres
from tests.cli.conftest import Run, over, running

PREFIX = "LEARNER_MANAGEMENT_"


def doctor(run: Run, *options: object) -> tuple[int, dict[str, dict[str, str]], str]:
    done = run(*options, "doctor", "--format", "json")
    rows = {row["setting"].removeprefix(PREFIX): row for row in json.loads(done.stdout)}
    return done.exit_code, rows, done.stderr


def test_a_healthy_installation_says_each_setting_and_where_it_came_from(
    run: Run, tmp_path: Path
) -> None:
    code, rows, talk = doctor(run, "--keys", tmp_path / "other.key")
    assert code == 0
    assert talk.endswith("All is well. Next: learner-management serve\n")
    assert {name: rows[name]["from"] for name in ("DATABASE", "KEYS", "RATE")} == {
        "DATABASE": "environment",
        "KEYS": "option",
        "RATE": "default",
    }
    assert {row["wrong"] for row in rows.values()} == {None}


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("DATABASE", "mysql://x", "Give: sqlite:///folder, or postgresql://…"),
        ("DATABASE", "postgresql://u@127.0.0.1:9/x", "The database does not answer"),
        ("CATALOGUE", "/nowhere", "learner-management check-catalogue /nowhere"),
        ("PORT", "65536", "Give: The port to listen at, up to 65535."),
        (
            "PROCESSING_DELAY",
            "a day",
            "'a day' cannot be used. Give: How long a submitted claim can be withdrawn",
        ),
        ("RATE", "0/minute", "How often one user may ask"),
    ],
)
def test_what_is_wrong_with_a_setting_is_told_by_its_name(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    fault: str,
) -> None:
    monkeypatch.setattr(postgres, "WAIT_SECONDS", 0.1)
    run = running({**over(tmp_path), f"{PREFIX}{name}": value})
    code, rows, talk = doctor(run)
    assert code == 3
    assert fault in rows[name]["wrong"]
    assert f"\n{PREFIX}{name}: " in f"\n{talk}"


def test_the_other_settings_are_shown_as_they_are_where_one_cannot_be_used(
    tmp_path: Path,
) -> None:
    """None of them is shown as what it would be if it were not set; no secret is."""
    given = over(tmp_path)
    secret = {f"{PREFIX}LRS_PASSWORD": "abc"}
    run = running({**given, **secret, f"{PREFIX}RATE": "foo"})
    code, rows, _ = doctor(run, "--keys", "elsewhere.key")
    assert code == 3
    del given[f"{PREFIX}KEYS"]
    for name, value in given.items():
        assert rows[name.removeprefix(PREFIX)]["value"] == value
    assert (rows["RATE"]["value"], rows["KEYS"]["value"]) == ("foo", "elsewhere.key")
    assert rows["LRS_PASSWORD"]["value"] == "**********"
    assert rows["PROCESSING_DELAY"]["value"] == "PT15M"
    assert rows["LRS_KEY"]["value"] == ""
    wrong = [name for name, row in rows.items() if row["wrong"]]
    assert wrong == ["RATE"]


def test_a_key_file_that_holds_no_key_is_told(tmp_path: Path) -> None:
    run = running(over(tmp_path))
    assert run("user", "add", "ann", "--role", "Auditor").exit_code == 0
    (tmp_path / "keys" / "master.key").write_text("nonsense")
    code, rows, _ = doctor(run)
    assert code == 3
    assert rows["KEYS"]["wrong"]
    refused = run("followers")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "Traceback" not in refused.stderr


def test_a_port_that_is_taken_is_told_before_anything_is_opened(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = running({**over(tmp_path), f"{PREFIX}PORT": str(port)})
        served = run("serve")
        assert (served.exit_code, served.stdout) == (5, "")
        assert served.stderr == (
            f"Something else listens at 127.0.0.1:{port} already.\n"
            "Choose another port: learner-management serve --port 8001\n"
        )
        assert not (tmp_path / "data").exists()
        assert doctor(run)[1]["PORT"]["wrong"].startswith("Nothing can listen there")


def test_an_address_that_is_not_this_machines_is_told(run: Run) -> None:
    served = run("serve", "--host", "192.0.2.1")
    assert (served.exit_code, served.stdout) == (5, "")
    assert "Nothing can listen at 192.0.2.1:0" in served.stderr


def test_a_database_that_does_not_answer_is_unavailable(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_service(*_: object, **__: object) -> None:
        raise Unavailable("The database does not answer: it is asleep")

    monkeypatch.setattr(session, "open_service", open_service)
    done = run("followers")
    assert (done.exit_code, done.stdout) == (5, "")
    assert done.stderr == (
        "The database does not answer: it is asleep.\nNext: learner-management doctor\n"
    )


def test_what_somebody_else_changed_meanwhile_is_a_conflict(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_service(*_: object, **__: object) -> None:
        raise Conflict(UUID(int=1), ())

    monkeypatch.setattr(session, "open_service", open_service)
    done = run("followers")
    assert (done.exit_code, done.stdout) == (4, "")
    assert done.stderr.startswith("Somebody changed this just now.")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    where = {f"{PREFIX}DATABASE": f"sqlite:///{tmp_path / 'file' / 'data'}"}
    run = running({**over(tmp_path), **where})
    refused = run("demo")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"The folder {tmp_path / 'file' / 'data'} cannot be made: Not a directory. "
        "Name another.\n"
    )
    code, rows, _ = doctor(run)
    assert (code, rows["DATABASE"]["wrong"] + "\n") == (3, refused.stderr)


def test_a_setting_that_cannot_be_used_stops_every_command(tmp_path: Path) -> None:
    done = running({**over(tmp_path), f"{PREFIX}PORT": "many"})("followers")
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{PREFIX}PORT: 'many' cannot be used." in done.stderr


def test_followers_say_how_far_they_have_come(filled: Run) -> None:
    rows = list(csv.DictReader(StringIO(filled("followers", "--format", "csv").stdout)))
    behind = {row["follower"]: row["behind"] for row in rows}
    assert behind["results"] == behind["manage-learners"] == "0"
    assert {"process-claims", "audit"} <= set(behind)


def test_read_models_are_compared_with_the_facts_and_made_anew(tmp_path: Path) -> None:
    run = running(over(tmp_path))
    assert run("demo", "--learners", "3").exit_code == 0
    same = run("rebuild", "--check")
    assert (same.exit_code, same.stdout) == (0, "")
    assert same.stderr == "All rows are what the facts make of them.\n"
    tamper_with_a_user(tmp_path / "data" / "read_models.db")
    wrong = run("rebuild", "users", "--check")
    assert (wrong.exit_code, wrong.stdout) == (3, "")
    assert wrong.stderr == "users: 1 row differs.\nNext: learner-management rebuild\n"
    assert run("rebuild", "users").stderr == "Rebuilt.\n"
    assert run("rebuild", "users", "--check").exit_code == 0


def tamper_with_a_user(file: Path) -> None:
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        (table,) = connection.scalars(
            text(
                "select name from sqlite_master where type = 'table'"
                " and name like 'users%' and name not like '%fts%' limit 1"
            )
        )
        connection.execute(
            text(f"update {table} set role = 'Auditor' where name = 'specialist'")  # noqa: S608 - our own table
        )
    engine.dispose()


def test_a_read_model_that_does_not_exist_is_a_slip_and_the_others_are_named(
    staffed: Run,
) -> None:
    done = staffed("rebuild", "nonsense")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("There is no read model nonsense. There are: ")
    assert "results" in done.stderr


def test_the_openapi_document_is_printed_with_no_service(run: Run) -> None:
    done = run("openapi")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout)["openapi"].startswith("3.1")


@pytest.mark.postgres
def test_row_level_security_is_turned_on_and_doctor_says_so(
    postgres_url: str, tmp_path: Path
) -> None:
    run = running({**over(tmp_path), f"{PREFIX}DATABASE": postgres_url})
    assert run("user", "add", "ann", "--role", "Auditor").exit_code == 0
    assert "Row-level security is off" in doctor(run)[2]
    done = run("migrate", "--row-security")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "already: nothing was done.\nRow-level security is on" in done.stderr
    assert "Row-level security is on" in run("migrate").stderr
    assert "Row-level security is on" in doctor(run)[2]
    assert "ann" in run("user", "list").stdout
    assert run("rebuild").exit_code == 0
    assert run("rebuild", "--check").exit_code == 0
    assert "ann" in run("user", "list").stdout
