"""What is asked in a registration's life, by whom, and what is asked of it alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
)

from access.policy import send
from aggregates.cancellation import conditions
from aggregates.errors import Refusal
from aggregates.invoice_line import CREDIT, InvoiceStatus
from aggregates.order_linking import Way
from aggregates.registration import Registration
from commands.cancellation import (
    CancelRegistration,
    ChangePathway,
    ReopenRegistration,
)
from commands.command import Command, Done
from commands.invoice import ReportInvoiceStatus
from commands.order import BeginOrder, read_order
from commands.order_confirmation import ConfirmOrder
from commands.order_linking import Linking
from commands.transfer import TransferLearner
from commands.undo import UndoLearnerGroup
from events.identifier import Kind, new_identifier, stream_of
from store import Actor
from tests.claim_examples import CENTRE, TESTED
from tests.commands.intake import Intake
from tests.commands.life_model import (
    APPRENTICESHIP,
    MAY,
    SEVERAL,
    SINGLE,
    Held,
    No,
)
from tests.commands.life_rules import Life
from tests.commands.life_world import DATING, OTHER_CENTRE, PRICES, USERS, World
from tests.learner_examples import cells

T = TypeVar("T")
NUMBERS = st.integers(0, 11)
WHO = st.integers(0, 1)
WHY = "It was asked for"
STATUSES = [InvoiceStatus.INVOICED, InvoiceStatus.PAID, InvoiceStatus.CREDITED]


def colleague(who: str) -> str:
    """Give somebody of the centre in a stranger's place, who begins at their own."""
    return "second" if who == "stranger" else who


def pick(
    things: Iterable[T], number: int, prefer: Callable[[T], object] = lambda _: True
) -> T:
    """Pick one of the things, of four times three one that is preferred, if any is."""
    there = [*things]
    preferred = [thing for thing in there if prefer(thing)] if number % 4 else []
    found = preferred or there
    return found[number % len(found)]


def by(*roles: str) -> st.SearchStrategy[str]:
    """Name somebody, mostly one who may."""
    may = [name for name, user in USERS.items() if user.role in roles]
    return st.sampled_from(may * (48 // len(may)) + [*USERS])


def who_may(command: type[Command]) -> st.SearchStrategy[str]:
    return by(*MAY[command.__name__])


@dataclass
class Drawn:
    """An order, of registrations or entries, that may be confirmed."""

    name: str
    wanted: Any
    is_confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class Act:
    """What somebody may do next: how often, when it makes sense, and with what."""

    weight: int
    needs: Callable[[Any], object]
    drawn: st.SearchStrategy[dict[str, Any]]


ACTS: dict[str, Act] = {}
F = TypeVar("F", bound=Callable[..., None])


def act(
    *,
    weight: int,
    needs: Callable[[Any], object] = lambda _: True,
    **drawn: st.SearchStrategy[Any],
) -> Callable[[F], F]:
    """Say that the method is done with what is drawn."""

    def register(method: F) -> F:
        ACTS[method.__name__] = Act(
            weight=weight, needs=needs, drawn=st.fixed_dictionaries(drawn)
        )
        return method

    return register


class AskedLife(RuleBasedStateMachine):
    """Two learners at a centre, and everybody who has to do with them."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.life = Life(tested=TESTED)
        self.learners: list[str] = []
        self.group = ""
        self.orders: list[Drawn] = []
        self.entries: list[Drawn] = []

    @property
    def now(self) -> datetime:
        return self.world.clock()

    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        """Do any of it: unlike rules, no act is left out of a whole life."""
        possible = [
            name
            for name, act in ACTS.items()
            for _ in range(act.weight if act.needs(self) else 0)
        ]
        name = data.draw(st.sampled_from(possible))
        getattr(self, name)(**data.draw(ACTS[name].drawn))

    def ask(
        self, who: str, kind: type[Command], why_not: No, **asked: Any
    ) -> Done | None:
        """Ask; None if it was refused as the rules say it must be."""
        user = USERS[who]
        if user.role not in MAY[kind.__name__]:
            why_not = {"NotAllowed"}
        elif who == "stranger":
            why_not = {"NotFound"}
        try:
            done = self.send(kind, by=user, **asked)
        except Refusal as refusal:
            said = {type(each).__name__ for each in (refusal.others or (refusal,))}
            if said <= why_not:
                return None
            raise
        assert not why_not, f"{who}: {kind.__name__} was accepted"
        return done

    def send(self, kind: type[Command], *, by: Actor, **asked: Any) -> Done:
        return send(kind(by=by, at=self.now, **asked), self.world.desk)

    # Orders

    @initialize(
        products=st.tuples(*[st.sampled_from([SEVERAL, APPRENTICESHIP, SINGLE])] * 2),
        pathway=st.sampled_from(["MAIN", "SHORT"]),
    )
    def begin_lives(self, products: tuple[str, ...], pathway: str) -> None:
        """U5, U6, U9: they come by the file."""
        intake = Intake(store=self.world.store, now=self.world.clock)
        rows = (cells(given_name=name, uln="") for name in ("Ann", "Ben"))
        self.group = intake.checked(*rows, name=new_identifier(Kind.GROUP))
        intake.submit(self.group)
        intake.add(self.group)
        self.learners = [*intake.shown(self.group).learners]
        for learner, product in enumerate(products):
            self.order(
                who="first",
                learner=learner,
                product=product,
                pathway=pathway,
                at_once=True,
            )

    @act(
        weight=1,
        who=who_may(BeginOrder),
        learner=WHO,
        product=st.sampled_from([SEVERAL, SINGLE, APPRENTICESHIP]),
        pathway=st.sampled_from(["MAIN", "SHORT"]),
        at_once=st.booleans(),
    )
    def order(
        self, *, who: str, learner: int, product: str, pathway: str, at_once: bool
    ) -> None:
        who = colleague(who)
        pathway = "MAIN" if product == SINGLE else pathway
        way = (
            Way(pathways={SINGLE: "MAIN", SEVERAL: pathway})
            if product == APPRENTICESHIP
            else Way(pathway=pathway)
        )
        linking = Linking(learners={self.learners[learner]: None}, way=way)
        asked = {"products": (product,), "linkings": (linking,), "datings": (DATING,)}
        if done := self.ask(who, BeginOrder, set(), **asked):
            wanted = (self.learners[learner], product, pathway)
            self.orders.insert(0, Drawn(done.made, wanted))
            if at_once:
                self.confirm(who, 0)

    @act(
        weight=1,
        needs=lambda self: self.orders,
        who=who_may(ConfirmOrder),
        number=NUMBERS,
    )
    def confirm(self, who: str, number: int) -> None:
        """O5, O6: however often it is sent."""
        order = pick(self.orders, number, lambda each: not each.is_confirmed)
        learner, product, pathway = order.wanted
        no = set() if order.is_confirmed else self.life.not_registered(learner, product)
        total = PRICES[product]
        done = self.ask(who, ConfirmOrder, no, order=order.name, total=total)
        if not done or order.is_confirmed:
            return
        order.is_confirmed = True
        confirmed = read_order(order.name, USERS["first"], self.world.desk)[1].confirmed
        assert confirmed
        (line,) = confirmed.lines
        way = None if product == APPRENTICESHIP else pathway
        self.life.register(
            Held(line.registrations[learner], learner, product, way),
            *(
                Held(
                    part.registrations[learner],
                    learner,
                    part.qualification,
                    "MAIN" if part.qualification == SINGLE else pathway,
                )
                for part in line.parts
            ),
        )

    # Registrations

    @act(
        weight=2,
        needs=lambda self: self.any_is("Active"),
        who=who_may(CancelRegistration),
        number=NUMBERS,
    )
    def cancel(self, who: str, number: int) -> None:
        """C1, C2, with each of the conditions; C3 by the lines at the end."""
        held = self.registration(number, self.life.unmet)
        whole, *parts = (self.replayed(each.name) for each in (held, *held.parts))
        said = {c.name for c in conditions(whole, parts) if not c.is_met}
        assert said == self.life.unmet(held)
        no = self.life.not_cancelled(held)
        if self.ask(who, CancelRegistration, no, registration=held.name, reason=WHY):
            self.life.cancel(held)

    @act(
        weight=3,
        needs=lambda self: self.any_is("Completed"),
        who=who_may(ReopenRegistration),
        number=NUMBERS,
    )
    def reopen(self, who: str, number: int) -> None:
        """M14."""
        held = self.registration(number, lambda each: each.status == "Completed")
        no = self.life.not_reopened(held)
        if self.ask(who, ReopenRegistration, no, registration=held.name, reason=WHY):
            for award in held.awards.values():
                award.is_settled = True

    @act(
        weight=1,
        needs=lambda self: self.any_is("Active"),
        who=who_may(ChangePathway),
        number=NUMBERS,
        pathway=st.sampled_from(["MAIN", "SHORT"]),
    )
    def change_pathway(self, who: str, number: int, pathway: str) -> None:
        """M11."""
        held = self.registration(number, lambda each: each.status == "Active")
        no = self.life.not_on_pathway(held, pathway)
        asked = {"registration": held.name, "pathway": pathway, "reason": WHY}
        if self.ask(who, ChangePathway, no, **asked):
            held.pathway = pathway

    @act(
        weight=3,
        who=who_may(ReportInvoiceStatus),
        number=NUMBERS,
        credit=st.sampled_from(["", "", CREDIT]),
        status=st.sampled_from(STATUSES),
        invoice=st.sampled_from([None, "INV-1", "INV-2"]),
    )
    def report_invoice(
        self,
        *,
        who: str,
        number: int,
        credit: str,
        status: InvoiceStatus,
        invoice: str | None,
    ) -> None:
        """C4, of parts of an apprenticeship too, which have no line (O7)."""
        charged = [*self.life.registrations, *self.life.seats]

        def can_be(line: str) -> bool:
            return not self.life.not_reported(line + credit, status, invoice)

        line = pick(charged, number, can_be) + credit
        no = self.life.not_reported(line, status, invoice)
        asked = {"line": line, "status": status, "invoice": invoice}
        if self.ask(who, ReportInvoiceStatus, no, **asked):
            known = self.life.lines[line][1]
            self.life.lines[line] = (status, invoice or known)

    @act(weight=1, who=who_may(UndoLearnerGroup))
    def undo_upload(self, who: str) -> None:
        """U11: somebody is on an order."""
        self.ask(who, UndoLearnerGroup, {"GroupIsUsed"}, group=self.group)

    @act(
        weight=2,
        who=who_may(TransferLearner),
        learner=WHO,
        number=NUMBERS,
        is_cancelled=st.booleans(),
    )
    def transfer(
        self, *, who: str, learner: int, number: int, is_cancelled: bool
    ) -> None:
        """L6: to the other centre, where a registration may be cancelled, and back."""
        name = self.learners[learner]
        no = self.life.not_transferred(name)
        asked = {"learner": name, "reason": WHY}
        if not self.ask(who, TransferLearner, no, **asked, centre=OTHER_CENTRE):
            return
        theirs = [h for h in self.life.registrations.values() if h.learner == name]
        if theirs:
            held = pick(theirs, number, lambda each: each.status == "Active")
            cancelled = {"registration": held.name, "reason": WHY}
            self.ask("first", CancelRegistration, {"NotFound"}, **cancelled)
            stranger = USERS["stranger"]
            if is_cancelled and not self.life.not_cancelled(held):
                self.send(CancelRegistration, by=stranger, **cancelled)
                self.life.cancel(held)
        assert self.ask("specialist", TransferLearner, set(), **asked, centre=CENTRE)

    def any_is(self, status: str) -> bool:
        return any(h.status == status for h in self.life.registrations.values())

    def registration(self, number: int, prefer: Callable[[Held], object]) -> Held:
        return pick(self.life.registrations.values(), number, prefer)

    def replayed(self, name: str) -> Registration:
        return Registration.replay(self.world.desk.store.open(stream_of(name)).events)
