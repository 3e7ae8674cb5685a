"""Filling a centre by the rules: learners are uploaded, ordered for and claimed for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from aggregates.uk_time import LONDON
from aggregates.uploads.upload_progress import UploadStatus
from catalogue import AwardType, amount
from catalogue.eligibility.assessment import ways_to_fix
from cli.demo.people import learner_file
from cli.messages import print_message
from cli.session import SERVICE
from cli.uploads.uploading import wait_until_past
from commands.claims.claim import BeginClaim
from commands.claims.claim_submission import ProcessClaim, SubmitClaim
from commands.command import Command
from commands.orders.order import BeginOrder, Dating
from commands.orders.order_confirmation import ConfirmOrder
from commands.orders.order_linking import Linking
from commands.uploads.upload import SubmitLearnerGroup, UploadLearnerGroup, batches
from events.claims.claim import Award
from events.orders.order import CourseDates
from service import Service
from store import Actor

PRODUCT, PATHWAY, PASS = "Q-0005001227", "MAIN", "P"
DONE, SHORT, BEGUN = 0.45, 0.55, 0.7
"""The shares of learners with enough for a certificate, nearly enough, and two units."""
PATIENCE = 600.0


@dataclass(frozen=True, kw_only=True)
class Filling:
    """A user at work on a started service; the same seed gives the same work."""

    service: Service
    by: Actor
    seed: int

    def fill(self, count: int) -> None:
        """Do everything that takes learners from a file to certificates."""
        learners = self.upload_learners(count)
        print_message(
            f"{amount(len(learners), 'learner was', 'learners were')} uploaded."
        )
        chance = Random(self.seed)  # noqa: S311 - nothing is kept secret by it
        for part in batches(learners):
            self.order_products(part)
            self.claim_certificates(part, chance)
        print_message(
            f"They are registered on {PRODUCT}, and many of them claimed for."
        )
        self.service.read_models.wait_for(self.service.store.head(), PATIENCE)

    @property
    def today(self) -> date:
        return self.service.clock().astimezone(LONDON).date()

    def upload_learners(self, count: int) -> Sequence[str]:
        people = learner_file(count, seed=self.seed, today=self.today)
        return self.submit(
            self.upload(f"Demo group {self.seed}", f"demo-{self.seed}.csv", people)
        )

    def upload(self, name: str, file_name: str, content: bytes) -> str:
        """Upload a file of learners, and wait until it is checked; return the group."""
        at = self.service.clock()
        upload = UploadLearnerGroup(
            by=self.by, at=at, name=name, file_name=file_name, content=content
        )
        group = self.send(upload)
        wait_until_past(self.service, group, self.by, UploadStatus.CHECKING)
        return group

    def submit(self, group: str) -> Sequence[str]:
        """Submit a group, and wait for its learners."""
        at = self.service.clock()
        self.send(SubmitLearnerGroup(by=self.by, at=at, group=group))
        return wait_until_past(
            self.service, group, self.by, UploadStatus.ADDING
        ).learners

    def order_products(self, learners: Sequence[str]) -> str:
        """Register learners by a confirmed order; return the order."""
        at, today = self.service.clock(), self.today
        starts, ends = today - timedelta(days=270), today + timedelta(days=90)
        begin = BeginOrder(
            by=self.by,
            at=at,
            products=(PRODUCT,),
            linkings=(Linking(learners=dict.fromkeys(learners)),),
            datings=(Dating(dates=CourseDates(starts=starts, ends=ends)),),
            number=f"PO-{self.seed}",
        )
        price = self.service.catalogue.qualification(PRODUCT).price or Decimal(0)
        total = price * len(learners)
        order = self.send(begin)
        self.send(ConfirmOrder(by=self.by, at=at, order=order, total=total))
        return order

    def claim_certificates(self, learners: Sequence[str], chance: Random) -> None:
        """Claim for those who have done enough, or some units; some get lower grades."""
        enough = self.enough()
        full: dict[str, tuple[str, ...]] = {}
        begun: dict[str, tuple[str, ...]] = {}
        for learner in learners:
            units, fate = chance.choice(enough), chance.random()
            if fate < SHORT:
                full[learner] = units if fate < DONE else units[:-1]
            elif fate < BEGUN:
                begun[learner] = units[:2]
        if full:
            self.process(self.claim(full, AwardType.FULL))
        if begun:
            self.claim(begun, AwardType.INTERIM)

    def enough(self) -> list[tuple[str, ...]]:
        """Find sets of units without tests that are enough for a certificate."""
        rules = self.service.catalogue.qualification(PRODUCT)
        internal = {unit.reference for unit in rules.internal_units}
        ways = ways_to_fix(rules, {}, PATHWAY)
        return [way for way in ways if internal.issuperset(way)]

    def process(self, claim: str) -> None:
        """Issue certificates, as the awarding organisation does after a claim."""
        at = self.service.clock()
        self.service.send(ProcessClaim(by=SERVICE, at=at, claim=claim, submitted_by=at))

    def claim(self, achieved: dict[str, tuple[str, ...]], award_type: AwardType) -> str:
        """Claim for learners with their units, and submit; return the claim."""
        at = self.service.clock()
        yesterday = self.today - timedelta(days=1)
        awards = {
            learner: Award(
                award_type=award_type,
                award_date=yesterday,
                grades=dict.fromkeys(units, PASS),
            )
            for learner, units in achieved.items()
        }
        begin = BeginClaim(
            by=self.by,
            at=at,
            qualification=PRODUCT,
            units=tuple(
                sorted({unit for units in achieved.values() for unit in units})
            ),
            learners=tuple(achieved),
            awards=awards,
        )
        claim = self.send(begin)
        self.send(SubmitClaim(by=self.by, at=self.service.clock(), claim=claim))
        return claim

    def send(self, command: Command) -> str:
        return self.service.send(command).created_id
