"""A centre with learners and products to order, and what is asked of its orders."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from aggregates.orders.order import Order
from aggregates.orders.order_confirming import total_of
from aggregates.orders.order_linking import PathwayChoice
from catalogue import Apprenticeship, Catalogue
from commands.command import Command, CommandContext, CommandResult, handle
from commands.orders.order import BeginOrder, Dating, LinkOrderLearners
from commands.orders.order_confirmation import ConfirmOrder
from commands.orders.order_linking import Linking
from events.centres.centre import ApprovalGranted, ApprovalWithdrawn, CentreOpened
from events.event import Event
from events.identifier import stream_of
from events.learners.learner import LearnerCreated
from events.registrations.registration import RegistrationMade
from events.uploads.upload import LearnersAdded
from queries.orders.order_terms import circumstances
from repositories.aggregate_types import ORDER
from repositories.repository import load
from store import Actor, EventStore, Stream
from tests.claim_examples import CENTRE, OTHER_REFERENCE, OTHER_RULES, REFERENCE, RULES
from tests.commands.claim_centre import ADMINISTRATOR, SERVICE
from tests.learner_examples import learner_created, upload_received
from tests.order_examples import YEAR

SINGLE, SEVERAL = OTHER_REFERENCE, REFERENCE
"""A qualification of a single pathway, and one of two: MAIN and SHORT."""
APPRENTICESHIP = "Q-0009000009"
"""It consists of both qualifications."""
BY_PART = PathwayChoice(pathways={SEVERAL: "SHORT"})
"""The way of a learner on the apprenticeship."""

CATALOGUE = Catalogue(
    all_versions={
        SEVERAL: (RULES,),
        SINGLE: (replace(OTHER_RULES, pathways=OTHER_RULES.pathways[:1]),),
    },
    apprenticeships={
        APPRENTICESHIP: Apprenticeship(
            reference=APPRENTICESHIP,
            title="Apprenticeship in Team Leading",
            price=Decimal("140.00"),
            registration=RULES.registration,
            qualifications=(SINGLE, SEVERAL),
        )
    },
)
DATING = Dating(dates=YEAR)


@dataclass(frozen=True, kw_only=True)
class OrderCentre:
    """Where orders are made at one centre, in tests."""

    store: EventStore
    now: Callable[[], datetime]
    catalogue: Catalogue = CATALOGUE

    @property
    def context(self) -> CommandContext:
        return CommandContext(store=self.store, catalogue=self.catalogue)

    @property
    def today(self) -> date:
        return self.now().date()

    def record(self, name: str, *events: Event, owner: str = CENTRE) -> None:
        stream = self.store.open(stream_of(name))
        self.store.append(stream.change(events, owner=owner), by=SERVICE)

    def open(self, centre: str = CENTRE) -> None:
        """Open a centre that is approved for every product."""
        granted = [
            ApprovalGranted(product=product, person_id=UUID(int=1))
            for product in (SINGLE, SEVERAL, APPRENTICESHIP)
        ]
        opened = CentreOpened(number=centre, name="Riverside Training")
        self.record(f"centre:{centre}", opened, *granted, owner=centre)

    def withdraw_approval(self, product: str) -> None:
        withdrawn = ApprovalWithdrawn(product=product, person_id=UUID(int=1))
        self.record(f"centre:{CENTRE}", withdrawn)

    def know(self, *learners: str, centre: str = CENTRE) -> None:
        """Make learners known to the centre."""
        changes = [
            Stream(id=stream_of(learner)).change(
                [created(learner, centre)], owner=centre
            )
            for learner in learners
        ]
        self.store.append(*changes, by=ADMINISTRATOR)

    def group(self, group: str, *learners: str, centre: str = CENTRE) -> None:
        """Make a group of those learners."""
        received = upload_received(group=group, centre=centre)
        added = LearnersAdded(learners=learners, left=(), through=len(learners) + 1)
        events = [received, added] if learners else [received]
        self.record(group, *events, owner=centre)

    def begin(
        self,
        *linkings: Linking,
        products: Sequence[str] = (),
        datings: Sequence[Dating] = (),
        number: str | None = None,
        by: Actor = ADMINISTRATOR,
    ) -> str:
        command = BeginOrder(
            by=by,
            at=self.now(),
            products=tuple(products),
            linkings=linkings,
            datings=tuple(datings),
            number=number,
        )
        return self.send(command).created_id

    def ready(self, *learners: str, by: Actor = ADMINISTRATOR) -> str:
        """Begin an order of the single pathway for them, ready to be confirmed."""
        linking = Linking(learners=dict.fromkeys(learners))
        return self.begin(linking, products=[SINGLE], datings=[DATING], by=by)

    def ready_by_part(self, *learners: str) -> str:
        """Begin an order of the apprenticeship for them, ready to be confirmed."""
        linking = Linking(learners=dict.fromkeys(learners), choice=BY_PART)
        return self.begin(linking, products=[APPRENTICESHIP], datings=[DATING])

    def link(
        self, order: str, linking: Linking, *, by: Actor = ADMINISTRATOR
    ) -> CommandResult:
        command = LinkOrderLearners(by=by, at=self.now(), order=order, linking=linking)
        return self.send(command)

    def confirm(
        self,
        order: str,
        *,
        total: Decimal | None = None,
        prices: Mapping[str, Decimal] | None = None,
        by: Actor = ADMINISTRATOR,
    ) -> CommandResult:
        """Confirm at the total that is shown, unless another is said."""
        command = ConfirmOrder(
            by=by,
            at=self.now(),
            order=order,
            total=self.total(order) if total is None else total,
            prices=prices or {},
        )
        return self.send(command)

    def send(self, command: Command) -> CommandResult:
        return handle(command, self.context)

    def order(self, name: str, by: Actor = ADMINISTRATOR) -> Order:
        return load(ORDER, name, store=self.context.store, reader=by)[1]

    def total(self, name: str) -> Decimal:
        order = self.order(name)
        return total_of(order, circumstances(self.context, order, self.today).offers)

    def made(self) -> list[RegistrationMade]:
        """List every registration that was ever made."""
        found: list[RegistrationMade] = []
        position = 0
        while batch := self.store.log(after=position):
            position = batch[-1].position
            events = (recorded.event for recorded in batch)
            found += [e for e in events if isinstance(e, RegistrationMade)]
        return found


def created(learner: str, centre: str) -> LearnerCreated:
    return learner_created(
        learner=learner, centre=centre, person_id=stream_of(learner), uln=None
    )
