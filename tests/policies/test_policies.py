"""Policies act exactly once on what has happened, and on time."""

import signal
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag
from threading import enumerate as enumerate_threads
from typing import TypeAlias

import pytest

from access.policy import send
from audit import ledger as audit
from catalogue import Catalogue, load
from commands.centres.centre import GrantApproval, OpenCentre
from commands.command import CommandContext
from events.centres.centre import ApprovalGranted, CentreOpened
from events.identifier import stream_of
from policies.policy import Policy, send_once
from projections.database import open_database
from projections.read_models import ReadModels
from service import Service
from store import EventStore, Recorded, open_store
from subscriptions.follower import Follower
from tests import processes
from tests.clock import PATIENCE, until
from tests.policies import chain
from tests.policies.conftest import Logs
from tests.projections.shown_centres import (
    BY,
    SHOWN_CENTRES,
    grant,
    open_centres,
    shown,
)

CATALOGUE = Path(__file__).parents[2] / "catalogue"
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)

OpenService: TypeAlias = Callable[..., Service]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(CATALOGUE)


@pytest.fixture
def open_service(
    database_url: str, keys: Path, catalogue: Catalogue
) -> Generator[OpenService]:
    """Start services with policies, on the same database one after another."""
    with ExitStack() as opened:

        def open_service(*policies: Policy) -> Service:
            service = Service(
                store=open_store(database_url, keys=keys),
                database=open_database(database_url),
                ledger=open_database(database_url, audit.NAME),
                catalogue=catalogue,
                clock=lambda: NOW,
                read_models=(SHOWN_CENTRES,),
                policies=policies,
            )
            opened.callback(service.stop)
            service.start()
            return service

        yield open_service


def settled(service: Service) -> None:
    """Wait until the policies have acted on all that they made happen, too."""
    until(lambda: all(at == head for at, head in service.policies.behind().values()))


def numbers(store: EventStore) -> list[str]:
    """List the centres that were opened, in order."""
    opened = [recorded.event for recorded in store.log(after=0, limit=10_000)]
    return [event.number for event in opened if isinstance(event, CentreOpened)]


def beside(number: str) -> str:
    return f"{number}0"


def open_beside(recorded: Recorded, context: CommandContext, _: ReadModels) -> None:
    """Open another centre beside each that a person opened."""
    assert isinstance(recorded.event, CentreOpened)
    if recorded.channel == BY.channel:
        number = beside(recorded.event.number)
        by = BESIDE.actor(recorded)
        send_once(OpenCentre(by=by, at=NOW, number=number, name="Beside"), context)


BESIDE = Policy(name="beside", on=(CentreOpened,), act=open_beside)


def test_a_policy_asks_for_what_is_to_follow_and_says_why(
    open_service: OpenService,
) -> None:
    service = open_service(BESIDE)
    by = replace(BY, request="request-7")
    command = OpenCentre(by=by, at=NOW, number="200", name="New", reason="It joined.")
    cause = service.send(command).position
    assert cause is not None
    settled(service)
    assert numbers(service.store) == ["200", "2000"]
    (made,) = service.store.open(stream_of("centre:2000")).history
    assert (made.user, made.role, made.channel) == (
        "policy:beside",
        "Service",
        "machine",
    )
    assert (made.cause, made.correlation) == (cause, "request-7")


def test_a_policy_that_is_told_twice_acts_once(open_service: OpenService) -> None:
    service = open_service(BESIDE)
    open_centres(service.store, "100", "200")
    settled(service)
    head = service.store.head()
    service.store.set_checkpoints({"beside": 0})
    service.stop()
    again = open_service(BESIDE)
    settled(again)
    assert again.store.head() == head
    assert again.policies.refusals == {"beside": 0}
    assert again.errors == {}


def test_what_was_done_is_not_refused_when_it_is_asked_for_again(
    open_service: OpenService,
) -> None:
    def act(recorded: Recorded, context: CommandContext, _: ReadModels) -> None:
        if recorded.channel == BY.channel:
            by = policy.actor(recorded)
            send(OpenCentre(by=by, at=NOW, number="999", name="Last"), context)

    policy = Policy(name="plain", on=(CentreOpened,), act=act)
    service = open_service(policy)
    open_centres(service.store, "100")
    settled(service)
    service.store.set_checkpoints({"plain": 0})
    service.stop()
    again = open_service(policy)
    settled(again)
    assert numbers(again.store) == ["100", "999"]
    assert again.policies.refusals == {"plain": 0}


def test_a_policy_that_is_stopped_stops_after_the_act_at_hand(
    open_service: OpenService, monkeypatch: pytest.MonkeyPatch
) -> None:
    acting, stopping = Flag(), Flag()
    acted: list[int] = []

    def act(recorded: Recorded, _: CommandContext, __: ReadModels) -> None:
        acting.set()
        assert stopping.wait(PATIENCE)
        acted.append(recorded.position)

    def stop(follower: Follower[Recorded]) -> None:
        stopping.set()
        stop_following(follower)

    stop_following = Follower.stop
    monkeypatch.setattr(Follower, "stop", stop)

    policy = Policy(name="slow", on=(CentreOpened,), act=act)
    service = open_service(policy)
    open_centres(service.store, "100", "200", "300")
    assert acting.wait(PATIENCE)
    service.stop()
    assert acted == [1]
    again = open_service(policy)
    settled(again)
    assert acted == [1, 2, 3]


def test_a_policy_that_has_read_to_the_head_goes_on_from_there(
    open_service: OpenService,
) -> None:
    acted: list[int] = []
    policy = Policy(
        name="noting",
        on=(CentreOpened,),
        act=lambda recorded, _, __: acted.append(recorded.position),
    )
    service = open_service(policy)
    first = open_centres(service.store, "100")
    settled(service)
    until(lambda: service.store.checkpoints().get("noting") == first)
    service.stop()
    again = open_service(policy)
    second = open_centres(again.store, "200")
    settled(again)
    assert acted == [first, second]


def test_a_refusal_is_an_answer_and_the_policy_goes_on(
    open_service: OpenService, logs: Logs
) -> None:
    service = open_service(BESIDE)
    open_centres(service.store, "1000000000", "200")
    settled(service)
    assert numbers(service.store) == ["1000000000", "200", "2000"]
    assert service.policies.refusals == {"beside": 1}
    assert service.errors == {}
    (said,) = [log for log in logs if log["event"] == "policy refused"]
    assert said["log_level"] == "error"
    assert said["policy"] == "beside"
    assert "'10000000000'" in said["refusal"]


def test_a_failure_is_tried_again_until_it_works_and_nothing_is_skipped(
    open_service: OpenService,
) -> None:
    causes = ["The line is down."]
    tries: list[int] = []

    def act(
        recorded: Recorded, context: CommandContext, read_models: ReadModels
    ) -> None:
        tries.append(recorded.position)
        if causes:
            raise RuntimeError(causes[0])
        open_beside(recorded, context, read_models)

    service = open_service(Policy(name="beside", on=(CentreOpened,), act=act))
    open_centres(service.store, "100", "200")
    until(lambda: len(tries) > 1)
    assert set(tries) == {1}
    assert service.errors == {"beside": "The line is down."}
    assert service.behind()["beside"] == (0, 2)
    causes.clear()
    settled(service)
    assert numbers(service.store) == ["100", "200", "1000", "2000"]
    until(lambda: service.errors == {})


def test_each_step_of_several_is_done_once_though_a_crash_came_between(
    open_service: OpenService, catalogue: Catalogue
) -> None:
    products = sorted(catalogue.products)[:3]
    crashes = [1]

    def act(recorded: Recorded, context: CommandContext, _: ReadModels) -> None:
        assert isinstance(recorded.event, CentreOpened)
        number = recorded.event.number
        for product in products:
            by = policy.actor(recorded, step=product)
            send_once(
                GrantApproval(by=by, at=NOW, centre=number, product=product), context
            )
            if crashes and product == products[1]:
                raise RuntimeError(crashes.pop())

    policy = Policy(name="granting", on=(CentreOpened,), act=act)
    service = open_service(policy)
    open_centres(service.store, "100")
    settled(service)
    history = service.store.open(stream_of("centre:100")).history
    granted = [r.event for r in history if isinstance(r.event, ApprovalGranted)]
    assert [event.product for event in granted] == products


def test_a_step_of_several_that_was_done_does_not_pass_for_all_of_them(
    open_service: OpenService,
) -> None:
    def act(recorded: Recorded, context: CommandContext, _: ReadModels) -> None:
        stream = context.store.open(stream_of("centre:999"))
        event = CentreOpened(number="999", name="Last")
        context.store.append(
            stream.change([event]), by=policy.actor(recorded, step="first")
        )
        context.store.append(
            context.store.open(stream.id).change([event]),
            by=policy.actor(recorded, step="first"),
        )

    policy = Policy(name="careless", on=(ApprovalGranted,), act=act)
    service = open_service(policy)
    open_centres(service.store, "100")
    grant(service.store, "100", "Q-1")
    until(lambda: "careless" in service.errors)


def test_a_policy_that_takes_long_or_has_nothing_to_do_holds_no_other_up(
    open_service: OpenService,
) -> None:
    """Who has nothing to do is given no thread, and is said to have read all the same."""
    acting, going_on = Flag(), Flag()

    def act_long(*_: object) -> None:
        acting.set()
        assert going_on.wait(PATIENCE)

    slow = Policy(name="slow", on=(CentreOpened,), act=act_long)
    idle = Policy(name="idle", on=(ApprovalGranted,), act=act_long)
    service = open_service(slow, BESIDE, idle)
    open_centres(service.store, "100")
    assert acting.wait(PATIENCE)
    open_centres(service.store, "200")
    until(lambda: {"1000", "2000"} <= {*numbers(service.store)})
    head = service.store.head()
    until(lambda: service.policies.behind()["idle"] == (head, head))
    assert service.policies.behind()["slow"][0] == 0
    names = {thread.name.rpartition("_")[0] for thread in enumerate_threads()}
    assert names >= {"policy slow", "policy beside"}
    assert "policy idle" not in names
    going_on.set()
    settled(service)
    until(lambda: service.store.checkpoints().get("idle") == head)


def test_making_a_read_model_anew_asks_for_nothing(open_service: OpenService) -> None:
    service = open_service(BESIDE)
    open_centres(service.store, "100")
    settled(service)
    head = service.store.head()
    service.read_models.rebuild(SHOWN_CENTRES.name, lambda _, __: None)
    settled(service)
    assert service.store.head() == head


def test_what_it_is_time_for_is_done_once_by_the_clock_of_the_service(
    open_service: OpenService,
) -> None:
    told: list[datetime] = []

    def tick(now: datetime, context: CommandContext, _: ReadModels) -> None:
        told.append(now)
        by = policy.actor_for("the centre of the day")
        send_once(OpenCentre(by=by, at=now, number="365", name="Today"), context)

    policy = Policy(name="daily", tick=tick)
    service = open_service(policy)
    until(lambda: len(told) > 1)
    assert set(told) == {NOW}
    assert numbers(service.store) == ["365"]
    assert service.errors == {}


def test_a_tick_that_fails_shows_and_does_not_keep_the_policy_from_its_facts(
    open_service: OpenService,
) -> None:
    causes = ["The clock has stopped."]

    def tick(_: datetime, __: CommandContext, ___: ReadModels) -> None:
        if causes:
            raise RuntimeError(causes[0])

    service = open_service(
        Policy(name="beside", on=(CentreOpened,), act=open_beside, tick=tick)
    )
    open_centres(service.store, "100")
    settled(service)
    assert numbers(service.store) == ["100", "1000"]
    until(lambda: service.errors == {"beside": "The clock has stopped."})
    causes.clear()
    until(lambda: service.errors == {})


def test_a_long_work_that_is_killed_again_and_again_is_done_once_and_whole(
    any_store: EventStore, database_url: str, keys: Path
) -> None:
    last = chain.FIRST + 40
    open_centres(any_store, f"{chain.FIRST}")
    for crash in (chain.FIRST + 3, -(chain.FIRST + 20), last, 0):
        ended = processes.run(
            chain.main, database_url, str(keys), last, frozenset({crash})
        )
        assert ended == (-signal.SIGKILL if crash else 0)
    assert numbers(any_store) == [f"{n}" for n in range(chain.FIRST, last + 1)]
    assert any_store.checkpoints()["chain"] >= any_store.head() - 1
    with (
        closing(open_database(database_url)) as database,
        database.reading() as connection,
    ):
        assert shown(connection).keys() == set(numbers(any_store))
