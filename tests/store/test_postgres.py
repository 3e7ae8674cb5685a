"""What holds for PostgreSQL alone."""

import socket
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from time import monotonic

import psycopg
import pytest
from eventsourcing.persistence import PersistenceError
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import make_url

from store import Unavailable, open_store
from store import recorder as trying
from store.postgres.recorder import PostgresRecorder
from tests import processes
from tests.clock import PATIENCE
from tests.postgres import database
from tests.store.examples import ANN, OPENED, change, open_and_close, whole_log

pytestmark = pytest.mark.postgres


def pipe(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        target.close()


@contextmanager
def over_tcp(path: str) -> Generator[int]:
    """Serve a Unix socket on a port of this machine."""
    with ExitStack() as opened, socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                upstream = socket.socket(socket.AF_UNIX)
                upstream.connect(path)
                opened.callback(client.close)
                opened.callback(upstream.close)
                for ends in ((client, upstream), (upstream, client)):
                    Thread(target=pipe, args=ends, daemon=True).start()

        Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]


def test_large_appends_work_over_tcp_as_well(postgres_url: str, keys: Path) -> None:
    host = str(conninfo_to_dict(postgres_url).get("host", ""))
    with ExitStack() as opened:
        address = postgres_url
        if host.startswith("/"):
            port = opened.enter_context(over_tcp(f"{host}/.s.PGSQL.5432"))
            url = make_url(postgres_url).set(host="127.0.0.1", port=port, query={})
            address = url.render_as_string(hide_password=False)
        store = open_store(address, keys=keys)
        opened.callback(store.close)
        store.append(*(change() for _ in range(1_000)), by=ANN)
        large = replace(OPENED, name="x" * 11_000_000)
        store.append(change(large), by=ANN)
        assert store.log(after=1_000)[0].event == large


def test_eight_processes_may_start_at_once_on_an_empty_database(
    postgres_server: str, keys: Path
) -> None:
    with database(postgres_server) as address:
        ended = processes.run_at_once(8, open_and_close, address, str(keys))
        assert ended == [0] * 8


def test_the_librarys_functions_which_take_no_lock_are_off(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", "y")
    recorder = PostgresRecorder(postgres_url)
    assert not recorder.datastore.enable_db_functions
    recorder.close()


def test_connections_are_few_and_not_tried_before_use(postgres_url: str) -> None:
    recorder = PostgresRecorder(postgres_url)
    assert 5 <= recorder.datastore.pool.max_size <= 9
    assert not recorder.datastore.pre_ping
    recorder.close()


def test_a_store_outlives_the_loss_of_all_its_connections(
    postgres_server: str, postgres_url: str, keys: Path
) -> None:
    store = open_store(postgres_url, keys=keys)
    watch = store.watch()
    store.append(change(), by=ANN)
    watch.wait(5)
    name = make_url(postgres_url).database
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [name],
        )
    store.append(change(), by=ANN)
    assert whole_log(store) == [OPENED, OPENED]
    other = open_store(postgres_url, keys=keys)
    watch.wait(5)
    begun = monotonic()
    other.append(change(), by=ANN)
    watch.wait(PATIENCE)
    assert monotonic() - begun < PATIENCE / 2
    other.close()
    store.close()


def test_a_database_that_does_not_answer_is_said_to_be_unavailable(
    postgres_server: str, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "PAUSE", 0.0)
    with database(postgres_server) as address:
        store = open_store(address, keys=keys)
        store._recorder.datastore.pool.timeout = 0.1  # type: ignore[attr-defined] # noqa: SLF001 - not to wait long
    with pytest.raises(Unavailable, match="does not answer"):
        store.head()
    with pytest.raises(Unavailable, match="does not answer"):
        store.append(change(), by=ANN)
    store.close()


def test_a_commit_that_fails_hinders_nobody_after_it(
    postgres_url: str, keys: Path
) -> None:
    store = open_store(postgres_url, keys=keys)
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'not at the commit'; END $$"
        )
        server.execute(
            "CREATE CONSTRAINT TRIGGER failing AFTER INSERT ON stored_events"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()"
        )
        with pytest.raises(PersistenceError, match="not at the commit"):
            store.append(change(), by=ANN)
        server.execute("DROP TRIGGER failing ON stored_events")
    assert store.head() == 0
    store.append(change(), by=ANN)
    assert len(store.log(after=0)) == 1
    store.close()
