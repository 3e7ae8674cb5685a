"""A centre with learners who can be claimed for, and what is asked of its claims."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from aggregates.claims.claim import Claim
from aggregates.claims.claim_status import ClaimStatus
from aggregates.registrations.registration import Registration
from aggregates.registrations.registration_state import Status
from catalogue import Catalogue
from commands.claims.certificate import RevokeCertificate
from commands.claims.claim import BeginClaim, ChooseClaimLearners, SaveClaimGrades
from commands.claims.claim_submission import ProcessClaim, SubmitClaim, WithdrawClaim
from commands.command import Command, CommandContext, CommandResult, handle
from commands.registrations.cancellation import ReopenRegistration
from events.centres.centre import ApprovalGranted, CentreOpened
from events.centres.user import Role
from events.claims.claim import Award
from events.event import Event
from events.identifier import stream_of
from store import Actor, Change, EventStore, Reservation
from tests.claim_examples import (
    A1,
    A2,
    B1,
    B2,
    CATALOGUE,
    CENTRE,
    OTHER_REFERENCE,
    REFERENCE,
    learner_created,
    registration_made,
)

UNITS = (A1, A2, B1, B2)
ADMINISTRATOR = Actor(
    user="admin.riverside",
    role=Role.CENTRE_ADMINISTRATOR,
    centre=CENTRE,
    channel="api",
)
COLLEAGUE = replace(ADMINISTRATOR, user="second.riverside")
SPECIALIST = Actor(
    user="specialist", role=Role.ACCOUNT_SPECIALIST, centre=None, channel="api"
)
STRANGER = replace(ADMINISTRATOR, user="admin.hillside", centre="50107")
SERVICE = Actor(
    user="policy:process-claims", role=Role.SERVICE, centre=None, channel="machine"
)


@dataclass(frozen=True, kw_only=True)
class ClaimCentre:
    """Where claims are made at one centre, in tests."""

    store: EventStore
    now: Callable[[], datetime]
    catalogue: Catalogue = CATALOGUE

    @property
    def context(self) -> CommandContext:
        return CommandContext(store=self.store, catalogue=self.catalogue)

    def open(self, centre: str = CENTRE) -> None:
        """Open a centre that is approved for both qualifications."""
        name = f"centre:{centre}"
        opened: list[Event] = [CentreOpened(number=centre, name="Riverside Training")]
        opened += [
            ApprovalGranted(product=product, person_id=UUID(int=1))
            for product in (REFERENCE, OTHER_REFERENCE)
        ]
        stream = self.store.open(stream_of(name))
        self.store.append(stream.change(opened, owner=centre), by=SERVICE)

    def register(
        self,
        learner: str,
        registration: str,
        *,
        pathway: str = "MAIN",
        product: str = REFERENCE,
        centre: str = CENTRE,
    ) -> None:
        """Register a learner as an order does (O6); who is not known yet is made known."""
        self.store.append(
            *self.making_known([learner], centre=centre),
            self.registering(
                learner,
                registration,
                pathway=pathway,
                product=product,
                centre=centre,
            ),
            by=ADMINISTRATOR,
        )

    def register_all(self, registrations: Mapping[str, str]) -> None:
        """Register many learners at once, each by the registration named."""
        known = self.making_known(registrations)
        changes = [self.registering(who, name) for who, name in registrations.items()]
        self.store.append(*known, *changes, by=ADMINISTRATOR)

    def making_known(
        self, learners: Iterable[str], *, centre: str = CENTRE
    ) -> list[Change]:
        """Say what makes those learners known who are not yet."""
        streams = {who: self.store.open(stream_of(who)) for who in learners}
        return [
            stream.change([learner_created(who, centre=centre)], owner=centre)
            for who, stream in streams.items()
            if not stream.history
        ]

    @staticmethod
    def registering(
        learner: str,
        registration: str,
        *,
        pathway: str = "MAIN",
        product: str = REFERENCE,
        centre: str = CENTRE,
    ) -> Change:
        """Say what makes a registration, reservation and all."""
        made = registration_made(
            registration=registration,
            learner=learner,
            pathway=pathway,
            product=product,
            centre=centre,
        )
        return Change(
            stream=stream_of(registration),
            expected=0,
            events=(made,),
            owner=centre,
            reserve=(
                Reservation(scope="active-registration", key=f"{learner}:{product}"),
            ),
        )

    def begin(
        self,
        awards: Mapping[str, Award],
        *,
        by: Actor = ADMINISTRATOR,
        qualification: str = REFERENCE,
        units: tuple[str, ...] = UNITS,
    ) -> str:
        """Begin a whole claim for these learners."""
        return self.send(
            BeginClaim(
                by=by,
                at=self.now(),
                qualification=qualification,
                units=units,
                learners=tuple(awards),
                awards=awards,
            )
        ).created_id

    def processed(self, awards: Mapping[str, Award]) -> str:
        """Have a whole claim submitted and processed."""
        claim = self.submitted(awards)
        self.process(claim)
        return claim

    def submitted(self, awards: Mapping[str, Award]) -> str:
        """Have a whole claim submitted."""
        claim = self.begin(awards)
        self.submit(claim)
        return claim

    def revoke(self, certificate: str) -> CommandResult:
        return self.send(
            RevokeCertificate(
                by=SPECIALIST,
                at=self.now(),
                certificate=certificate,
                reason="Graded by mistake",
            )
        )

    def reopen(self, registration: str) -> CommandResult:
        return self.send(
            ReopenRegistration(
                by=SPECIALIST,
                at=self.now(),
                registration=registration,
                reason="Claimed too early",
            )
        )

    def certificate(self, claim: str, learner: str) -> str:
        """Say which certificate a claim earned a learner."""
        number = self.claim(claim).learners[learner].certificate
        if number is None:
            raise LookupError(learner)
        return number

    def choose(self, claim: str, learners: Sequence[str]) -> None:
        self.send(
            ChooseClaimLearners(
                by=ADMINISTRATOR,
                at=self.now(),
                claim=claim,
                learners=tuple(learners),
                confirm_loss=True,
            )
        )

    def save(self, claim: str, awards: Mapping[str, Award]) -> None:
        self.send(
            SaveClaimGrades(
                by=ADMINISTRATOR,
                at=self.now(),
                claim=claim,
                awards=awards,
                confirm_loss=True,
            )
        )

    def submit(
        self, claim: str, *, by: Actor = ADMINISTRATOR, expect: int | None = None
    ) -> CommandResult:
        return self.send(SubmitClaim(by=by, at=self.now(), claim=claim, expect=expect))

    def withdraw(
        self, claim: str, learner: str | None = None, *, by: Actor = ADMINISTRATOR
    ) -> CommandResult:
        return self.send(
            WithdrawClaim(
                by=by,
                at=self.now(),
                claim=claim,
                learner=learner,
                reason="Claimed for the wrong group",
            )
        )

    def process(
        self, claim: str, *, submitted_by: datetime | None = None
    ) -> CommandResult:
        return self.send(
            ProcessClaim(
                by=SERVICE,
                at=self.now(),
                claim=claim,
                submitted_by=submitted_by or self.now(),
            )
        )

    def send(self, command: Command) -> CommandResult:
        return handle(command, self.context)

    def claim(self, name: str) -> Claim:
        return Claim.replay(self.store.open(stream_of(name)).events)

    def standings(self, name: str) -> dict[str, ClaimStatus]:
        return {who: p.standing for who, p in self.claim(name).learners.items()}

    def why(self, claim: str, learner: str) -> list[tuple[str, str]]:
        """Say why a learner was kept back: each reason's code and message."""
        withheld = self.claim(claim).learners[learner].withheld
        if withheld is None:
            raise LookupError(learner)
        return [(reason.code, reason.message) for reason in withheld.reasons]

    def registration(self, name: str) -> Registration:
        return Registration.replay(self.store.open(stream_of(name)).events)

    def status(self, name: str) -> Status:
        return self.registration(name).status

    def holder(self, learner: str, product: str = REFERENCE) -> UUID | None:
        """Say which registration is the learner's one Active one."""
        key = f"{learner}:{product}"
        held = self.store.find_reservations("active-registration", [key])
        return held[key].stream if key in held else None
