"""What tests ask for: a store, on either database, and a clock that can be moved."""

import gc
from collections.abc import Callable, Generator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine

from catalogue import Catalogue, load
from files.sealed_package import PinCost
from store import EventStore, open_store
from tests.clock import PATIENCE, Clock
from tests.postgres import database, empty, server

OpenStore: TypeAlias = Callable[..., EventStore]

GARBAGE = 10_000
"""How many objects are made between two looks for garbage."""

# The same examples each time, so that a change fails by itself alone; others to prove.
# How long one takes is never a fault: machines are busy.
settings.register_profile(
    "default",
    deadline=None,
    derandomize=True,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "prove",
    deadline=None,
    max_examples=2_000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("default")


CATALOGUE = Path(__file__).parents[1] / "catalogue"


def pytest_configure() -> None:
    """Look for no garbage while all is imported: there is none, and much to look at."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Keep what was imported from being looked through for garbage ever again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)
    gc.enable()


class Compiled(dict[tuple[Any, ...], Any]):
    """What SQLAlchemy compiled, whichever engine for: its key begins with the dialect."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[Any, ...], value: Any) -> None:
        super().__setitem__(key[1:], value)


@pytest.fixture(scope="session", autouse=True)
def hurry() -> Generator[None]:
    """Sync no file to the disk, read the demo's catalogue once: nobody changes it.

    Let all SQLite files of read models share what SQLAlchemy compiled for one. And let
    passwords and PINs cost next to nothing; what they do cost is held by their tests.
    """
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    demo = cache(load)

    def read(folder: Path, *, decision_seconds: float = 2.0) -> Catalogue:
        if folder == CATALOGUE:  # in no hurry to decide: machines are busy
            return demo(folder, decision_seconds=PATIENCE)
        return load(folder, decision_seconds=decision_seconds)

    compiled = Compiled()

    def open_engine(url: str, **options: Any) -> Engine:
        shared = {"compiled_cache": compiled}
        return create_engine(url, execution_options=shared, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("projections.database.create_engine", open_engine)
        patch.setattr("projections.as_at.create_engine", open_engine)
        for module in ("store.sqlite.file", "projections.database"):
            patch.setattr(f"{module}.SYNCHRONOUS", "OFF")
        patch.setattr("service.load", read)
        for module in ("passwords", "pins"):
            patch.setattr(f"access.{module}.HASHER", cheap)
        patch.setattr("files.sealed_package.COST", PinCost(passes=1, memory=8))
        yield


@pytest.fixture
def clock() -> Clock:
    """Stop the clock at half past nine on 24 November 2026."""
    return Clock()


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """Name the file of the master key, which is not there yet."""
    return tmp_path / "keys" / "master.key"


@pytest.fixture(scope="session")
def postgres_server() -> Generator[str]:
    """Give the address of the PostgreSQL server: the one named, or the worker's own."""
    with server() as address:
        yield address


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Generator[str]:
    """Give the address of a PostgreSQL database that one worker uses."""
    with database(postgres_server) as address:
        yield address


@pytest.fixture
def postgres_url(postgres_database: str) -> str:
    """Give the address of an empty PostgreSQL database."""
    empty(postgres_database)
    return postgres_database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty database: the test runs once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def open_any_store(database_url: str, keys: Path) -> Generator[OpenStore]:
    """Open the same store again and again, as other processes would."""
    with ExitStack() as opened:

        def open_any_store(clock: Clock | None = None) -> EventStore:
            store = open_store(database_url, keys=keys, clock=clock)
            opened.callback(store.close)
            return store

        yield open_any_store


@pytest.fixture
def any_store(open_any_store: OpenStore, clock: Clock) -> EventStore:
    """Open an empty store: the test runs once on each database."""
    return open_any_store(clock)


@pytest.fixture
def store(tmp_path: Path, keys: Path, clock: Clock) -> Generator[EventStore]:
    """Open an empty store where the database does not matter."""
    opened = open_store(f"sqlite:///{tmp_path / 'data'}", keys=keys, clock=clock)
    yield opened
    opened.close()
