"""The service, put together from plain values; the API, the pages and the terminal open it."""

from collections.abc import Callable, Container, Mapping
from contextlib import AbstractContextManager, ExitStack, closing
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sqlalchemy import Connection

from access.policy import send
from aggregates.learners.verification import Verify
from audit import ledger as audit
from audit.ledger import Ledger
from catalogue import Catalogue, load
from commands.command import Command, CommandContext, CommandResult
from downstream.broker import Broker
from policies.claims import JUDGE_CLAIMS_AGAIN, PROCESSING_DELAY, claim_processing
from policies.policies import Policies
from policies.policy import Policy
from policies.uploads import ADD_LEARNERS, CHECK_UPLOADS, WITHDRAW_LEARNERS
from policies.verification import VERIFY_ULNS
from projections.bookings import booking_rows, offline_clients
from projections.centres import centres, users
from projections.claims import claims, ineligible_learners, results
from projections.database import Database, open_database
from projections.history import learner_streams
from projections.learners import duplicates, learner_verifications, learners
from projections.orders import orders
from projections.read_model import ReadModel
from projections.read_models import ReadModels
from projections.registrations import invoice_lines, registration_rows
from projections.uploads import uploads
from store import EventStore, Position, open_store
from subscriptions.feed import EventFeed

if TYPE_CHECKING:
    from downstream.inbox import Inbox
    from downstream.relay import Relay

READ_MODELS: tuple[ReadModel, ...] = (
    centres.READ_MODEL,
    users.READ_MODEL,
    booking_rows.READ_MODEL,
    claims.READ_MODEL,
    duplicates.READ_MODEL,
    ineligible_learners.READ_MODEL,
    invoice_lines.READ_MODEL,
    learner_verifications.READ_MODEL,
    learners.READ_MODEL,
    learner_streams.READ_MODEL,
    offline_clients.READ_MODEL,
    orders.READ_MODEL,
    registration_rows.READ_MODEL,
    results.READ_MODEL,
    uploads.READ_MODEL,
)

POLICIES: tuple[Policy, ...] = (
    ADD_LEARNERS,
    CHECK_UPLOADS,
    JUDGE_CLAIMS_AGAIN,
    VERIFY_ULNS,
    WITHDRAW_LEARNERS,
)
"""The policies that need no setting."""


def now() -> datetime:
    return datetime.now(UTC)


class Service:
    """Events, read models and policies over one database.

    Commands and queries work from the beginning. Rows and policies follow after ``start``;
    ``stop`` ends everything for good.
    """

    def __init__(
        self,
        *,
        store: EventStore,
        database: Database,
        catalogue: Catalogue,
        ledger: Database,
        clock: Callable[[], datetime] = now,
        read_models: tuple[ReadModel, ...] = READ_MODELS,
        policies: tuple[Policy, ...] = POLICIES,
        verify: Verify | None = None,
        retention: int = 0,
        breached: Container[str] = (),
        needs_second_factor: bool = False,
        relay: "Callable[[EventFeed], Relay] | None" = None,
        inbox: "Callable[[CommandContext], Inbox] | None" = None,
    ) -> None:
        self.store = store
        self.catalogue = catalogue
        self.clock = clock
        self.context = CommandContext(
            store=store,
            catalogue=catalogue,
            verify=verify,
            retention=retention,
            breached=breached,
            needs_second_factor=needs_second_factor,
        )
        self._database = database
        self.ledger = Ledger(store, ledger, clock)
        feed = EventFeed(store)
        self.read_models = ReadModels(database, feed, store, read_models)
        self.policies = Policies(
            policies,
            context=self.context,
            read_models=self.read_models,
            feed=feed,
            lock=database.leader_lock("policies"),
            clock=clock,
        )
        self.relay = relay(feed) if relay else None
        """What publishes to Kafka; None if no broker is named."""
        self.inbox = inbox(self.context) if inbox else None
        """What takes reports from Kafka; None if no broker is named."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, *, policies: bool = True) -> None:
        """Follow the log with the read models and, if ``policies``, with the policies."""
        self.ledger.start()
        self.read_models.start()
        if policies:
            self.policies.start()
        if self.relay:
            self.relay.start()
        if self.inbox:
            self.inbox.start()

    def stop(self) -> None:
        """Stop what was started, and close the databases."""
        if self.inbox:
            self.inbox.stop()
        if self.relay:
            self.relay.stop()
        self.policies.stop()
        self.read_models.stop()
        self.ledger.stop()
        self._database.close()
        self.store.close()

    def send(self, command: Command) -> CommandResult:
        """Handle a command; raises its refusal."""
        return send(command, self.context)

    def as_at(self, moment: datetime) -> "Service":
        """Return the service as it stood at a moment, for queries only (H3)."""
        past = copy(self)
        past.store = self.store.as_at(moment)
        past.context = replace(self.context, store=past.store)
        past.clock = lambda: moment
        return past

    def rows(self, centre: str | None) -> AbstractContextManager[Connection]:
        """Return a connection to query the read models as they stand here."""
        if self.store.moment is None:
            return self.read_models.connection(centre)
        return self.read_models.as_at(self.store)

    def behind(self) -> dict[str, tuple[Position, Position]]:
        """Return each follower's position, with the head of the log."""
        return self.read_models.behind() | self.policies.behind() | self.ledger.behind()

    @property
    def errors(self) -> Mapping[str, str]:
        """The present errors of followers; the relay reports its own."""
        return {
            **self.read_models.errors,
            **self.policies.errors,
            **self.ledger.errors,
        }


def open_service(
    database: str,
    catalogue: Path,
    keys: Path,
    *,
    clock: Callable[[], datetime] | None = None,
    begin: bool = True,
    processing_delay: timedelta = PROCESSING_DELAY,
    verify: Verify | None = None,
    retention: int = 0,
    breached: Container[str] = (),
    needs_second_factor: bool = False,
    decision_seconds: float = 2.0,
    broker: Broker | None = None,
) -> Service:
    """Open the service on ``sqlite:///folder`` or ``postgresql://…``.

    ``processing_delay`` is how long a submitted claim can still be withdrawn (M13).
    ``verify`` asks LRS; without it nothing is verified (U7). ``retention`` is for how many
    years after their last award learners cannot be erased (H6). ``breached`` are passwords
    that nobody may choose; with ``needs_second_factor`` none lets in alone.
    ``decision_seconds`` limits each decision on eligibility. With a
    ``broker``, events are published and reports received. Raises InvalidCatalogue with
    every fault in the catalogue's folder, KeyFileUnusable, DatabaseUnusable and
    Unavailable; NotBegun if nothing is recorded yet and ``begin`` is false.
    """
    goods = load(catalogue, decision_seconds=decision_seconds)
    with ExitStack() as opened:
        store = open_store(database, keys=keys, clock=clock, begin=begin)
        opened.callback(store.close)
        rows = opened.enter_context(closing(open_database(database)))
        ledger = opened.enter_context(closing(open_database(database, audit.NAME)))
        service = Service(
            store=store,
            database=rows,
            ledger=ledger,
            catalogue=goods,
            clock=clock or now,
            policies=(*POLICIES, claim_processing(processing_delay)),
            verify=verify,
            retention=retention,
            breached=breached,
            needs_second_factor=needs_second_factor,
            relay=relay_by(broker, database, store, clock or now) if broker else None,
            inbox=inbox_by(broker, clock or now) if broker else None,
        )
        opened.pop_all()
    return service


def relay_by(
    broker: Broker, database: str, store: EventStore, clock: Callable[[], datetime]
) -> "Callable[[EventFeed], Relay]":
    """Return a function that makes a relay to the broker; its library is slow to import."""
    from downstream.relay import DATABASE, Relay  # noqa: PLC0415 - few need it

    kept = open_database(database, DATABASE)
    return lambda feed: Relay(store, kept, broker, feed, clock)


def inbox_by(
    broker: Broker, clock: Callable[[], datetime]
) -> "Callable[[CommandContext], Inbox]":
    """Return a function that makes an inbox at the broker; its library is slow to import."""
    from downstream.inbox import Inbox  # noqa: PLC0415 - few need it

    return lambda context: Inbox(context, broker, clock)
