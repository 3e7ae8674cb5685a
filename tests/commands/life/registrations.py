"""Ordering and cancelling, at either centre, and what is asked of registrations alone."""

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from aggregates.orders.order_linking import PathwayChoice
from aggregates.registrations.cancellation import conditions
from aggregates.registrations.invoice_line import CREDIT, InvoiceStatus
from aggregates.registrations.registration import Registration
from commands.learners.transfer import TransferLearner
from commands.orders.order import BeginOrder
from commands.orders.order_confirmation import ConfirmOrder
from commands.orders.order_linking import Linking
from commands.registrations.cancellation import (
    CancelRegistration,
    ChangePathway,
    ReopenRegistration,
)
from commands.registrations.invoice import ReportInvoiceStatus
from commands.uploads.undo import UndoLearnerGroup
from events.identifier import Kind, new_identifier, stream_of
from repositories.aggregate_types import ORDER
from repositories.repository import load
from tests.claim_examples import CENTRE
from tests.commands.life.machine import (
    ALL_SEEING,
    NUMBERS,
    WHO,
    WHY,
    AskedLife,
    Drawn,
    act,
    centre_of,
    pick,
    who_may,
)
from tests.commands.life.model import APPRENTICESHIP, SEVERAL, SINGLE, Held
from tests.commands.life.world import CENTRES, DATING, PRICES
from tests.commands.upload_centre import UploadCentre
from tests.learner_examples import cells

STATUSES = [InvoiceStatus.INVOICED, InvoiceStatus.PAID, InvoiceStatus.CREDITED]


class RegisteredLife(AskedLife):
    """Learners who are ordered for, and go from one centre to the other."""

    @initialize(
        products=st.tuples(*[st.sampled_from([SEVERAL, APPRENTICESHIP, SINGLE])] * 2),
        pathway=st.sampled_from(["MAIN", "SHORT"]),
        away=st.none() | WHO,
    )
    def begin_lives(
        self, products: tuple[str, ...], pathway: str, away: int | None
    ) -> None:
        """U5, U6, U9: they come by the file."""
        upload_centre = UploadCentre(store=self.world.store, now=self.world.clock)
        name = new_identifier(Kind.GROUP)
        of_this_life = "".join(chr(ord("a") + int(digit)) for digit in name[2:])
        rows = (
            cells(given_name=each, family_name=of_this_life.title(), uln="")
            for each in ("Ann", "Ben")
        )
        self.group = upload_centre.checked(*rows, name=name)
        upload_centre.submit(self.group)
        upload_centre.add(self.group)
        self.learners = [*upload_centre.shown(self.group).learners]
        for name in self.learners:
            self.life.move(name, CENTRE)
        for learner, product in enumerate(products):
            self.order(
                who="first",
                learner=learner,
                product=product,
                pathway=pathway,
                at_once=True,
            )
        if away is not None:
            self.transfer(who="specialist", learner=away, is_there=False)

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
        name = self.learners[learner]
        who = self.host(who, name)
        centre = centre_of(who)
        no = set() if self.life.at[name] == centre else {"LearnerUnknown"}
        no = {"LearnerIsErased"} if name in self.life.erased else no
        pathway = "MAIN" if product == SINGLE else pathway
        choice = (
            PathwayChoice(pathways={SINGLE: "MAIN", SEVERAL: pathway})
            if product == APPRENTICESHIP
            else PathwayChoice(pathway=pathway)
        )
        linking = Linking(learners={name: None}, choice=choice)
        asked = {"products": (product,), "linkings": (linking,), "datings": (DATING,)}
        if done := self.ask(who, BeginOrder, no, **asked):
            wanted = (name, product, pathway)
            self.orders.insert(0, Drawn(done.created_id, centre, wanted))
            if at_once:
                self.confirm(who, 0)

    @act(
        weight=1,
        needs=lambda self: self.orders,
        who=who_may(ConfirmOrder),
        number=NUMBERS,
    )
    def confirm(self, who: str, number: int) -> None:
        """O5, O6, L6: however often it is sent."""
        order = pick(self.orders, number, lambda each: not each.is_confirmed)
        learner, product, pathway = order.wanted
        no = (
            set()
            if order.is_confirmed
            else self.life.not_registered(learner, product, order.centre)
        )
        asked = {"order": order.name, "total": PRICES[product]}
        done = self.ask(who, ConfirmOrder, no, order.centre, **asked)
        if not done or order.is_confirmed:
            return
        order.is_confirmed = True
        confirmed = load(
            ORDER, order.name, store=self.world.context.store, reader=ALL_SEEING
        )[1].confirmed
        assert confirmed
        (line,) = confirmed.lines
        choice = None if product == APPRENTICESHIP else pathway
        self.life.register(
            Held(line.registrations[learner], learner, product, choice),
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
        not_active = set() if held.status == "Active" else {"active"}
        assert said == self.life.unmet(held) | not_active
        no = self.life.not_cancelled(held)
        there = self.life.at[held.learner]
        asked = {"registration": held.name, "reason": WHY}
        if self.ask(who, CancelRegistration, no, there, **asked):
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
            self.life.reopen(held)

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
            now, known, note = self.life.lines[line]
            if self.life.is_late_number(line, status, invoice):
                status, known = InvoiceStatus(now), invoice
            elif status is InvoiceStatus.CREDITED:
                note = invoice or note
            else:
                known = invoice or known
            self.life.lines[line] = (status, known, note)

    @act(weight=1, who=who_may(UndoLearnerGroup))
    def undo_upload(self, who: str) -> None:
        """U11: somebody is on an order."""
        no = {"GroupIsUsed"}
        self.ask(who, UndoLearnerGroup, no, CENTRE, group=self.group)

    @act(
        weight=3,
        who=who_may(TransferLearner),
        learner=WHO,
        is_there=st.sampled_from([False] * 7 + [True]),
    )
    def transfer(self, *, who: str, learner: int, is_there: bool) -> None:
        """L6: to the other centre, for as long as nobody takes them back."""
        name = self.learners[learner]
        now = self.life.at[name]
        to = now if is_there else next(each for each in CENTRES if each != now)
        no = {"IsThereAlready"} if is_there else self.life.not_transferred(name)
        no = {"LearnerIsErased"} if name in self.life.erased else no
        asked = {"learner": name, "centre": to, "reason": WHY}
        if self.ask(who, TransferLearner, no, **asked):
            self.life.move(name, to)

    def any_is(self, status: str) -> bool:
        return any(h.status == status for h in self.life.registrations.values())

    def registration(self, number: int, prefer: Callable[[Held], object]) -> Held:
        return pick(self.life.registrations.values(), number, prefer)

    def replayed(self, name: str) -> Registration:
        return Registration.replay(
            self.world.context.store.open(stream_of(name)).events
        )
