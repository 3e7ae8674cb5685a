"""A centre that takes learners in, one at a time or by the file, in tests."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from aggregates.learners.learner import Learner
from aggregates.learners.verification import Verify
from aggregates.uploads.record import Record, RecordState
from aggregates.uploads.upload import Upload
from aggregates.uploads.upload_progress import UploadStatus
from catalogue import Catalogue
from commands.command import Command, CommandContext, CommandResult, handle
from commands.learners.learner import AmendLearner, CreateLearner
from commands.uploads.record import AmendRecord, RemoveRecord
from commands.uploads.undo import UndoLearnerGroup, WithdrawGroupLearners
from commands.uploads.upload import (
    SubmitLearnerGroup,
    UploadLearnerGroup,
    read_records,
)
from commands.uploads.upload_check import CheckLearnerGroup
from commands.uploads.upload_choices import ChooseGroupEncoding, MapLearnerGroup
from commands.uploads.upload_learners import AddGroupLearners
from commands.uploads.verification import (
    VerifyLearnerGroup,
    VerifyLearners,
    VerifyRecords,
)
from events.centres.user import Role
from events.identifier import stream_of
from repositories.aggregate_types import GROUP, LEARNER
from repositories.repository import load
from store import Actor, EventStore
from tests.claim_examples import CATALOGUE
from tests.learner_examples import CENTRE, cells, csv_file

ADMINISTRATOR = Actor(
    user="admin.riverside",
    role=Role.CENTRE_ADMINISTRATOR,
    centre=CENTRE,
    channel="api",
)
COLLEAGUE = replace(ADMINISTRATOR, user="second.riverside")
STRANGER = replace(ADMINISTRATOR, user="admin.hillside", centre="50107")
SPECIALIST = replace(
    ADMINISTRATOR, user="specialist", role=Role.ACCOUNT_SPECIALIST, centre=None
)
MACHINE = Actor(user="policy:x", role=Role.SERVICE, centre=None, channel="machine")


@dataclass(frozen=True, kw_only=True)
class UploadCentre:
    """Where learners are taken in; ``known`` are learners by their likeness."""

    store: EventStore
    now: Callable[[], datetime]
    catalogue: Catalogue = CATALOGUE
    known: dict[str, Sequence[str]] = field(default_factory=dict)
    verify: Verify | None = None

    @property
    def context(self) -> CommandContext:
        return CommandContext(
            store=self.store, catalogue=self.catalogue, verify=self.verify
        )

    def send(self, command: Command) -> CommandResult:
        return handle(command, self.context)

    def alike(self, _: str, likenesses: Sequence[str]) -> Mapping[str, Sequence[str]]:
        return {one: self.known[one] for one in likenesses if one in self.known}

    def create(
        self,
        told: Mapping[str, str] | None = None,
        *,
        by: Actor = ADMINISTRATOR,
        is_different: bool = False,
    ) -> str:
        command = CreateLearner(
            by=by,
            at=self.now(),
            cells=told or cells(),
            alike=self.alike,
            is_different_person=is_different,
        )
        return self.send(command).created_id

    def amend(
        self,
        learner: str,
        *,
        by: Actor = ADMINISTRATOR,
        reason: str | None = None,
        is_different: bool = False,
        **told: str,
    ) -> CommandResult:
        command = AmendLearner(
            by=by,
            at=self.now(),
            learner=learner,
            cells=told,
            alike=self.alike,
            is_different_person=is_different,
            reason=reason,
        )
        return self.send(command)

    def upload(
        self,
        content: bytes,
        *,
        name: str = "Autumn",
        by: Actor = ADMINISTRATOR,
    ) -> str:
        command = UploadLearnerGroup(
            by=by, at=self.now(), name=name, file_name="learners.csv", content=content
        )
        return self.send(command).created_id

    def check(self, group: str) -> None:
        """Do what the policy does: check part by part until all is checked."""
        while self.shown(group).status is UploadStatus.CHECKING:
            self.check_part(group)

    def check_part(self, group: str) -> None:
        upload = self.check_rows(group)
        self.send(VerifyLearnerGroup(by=MACHINE, at=self.now(), upload=upload))

    def check_rows(self, group: str) -> UUID:
        """Check the next rows, and ask LRS about none of them."""
        upload = stream_of(group)
        command = CheckLearnerGroup(
            by=MACHINE, at=self.now(), upload=upload, alike=self.alike
        )
        self.send(command)
        return upload

    def verify_again(self, group: str, *rows: int) -> None:
        """Do what the policy does when it is time: ask LRS about those rows."""
        by, at = MACHINE, self.now()
        self.send(VerifyRecords(by=by, at=at, group=group, rows=rows))

    def verify_learners(self, *learners: str) -> None:
        """Do what the policy does when it is time: ask LRS about those learners."""
        streams = [stream_of(learner) for learner in learners]
        self.send(VerifyLearners(by=MACHINE, at=self.now(), learners=streams))

    def map(
        self,
        group: str,
        columns: Mapping[str, str | None] | Mapping[str, str],
        *,
        expect: int | None = None,
    ) -> CommandResult:
        command = MapLearnerGroup(
            by=ADMINISTRATOR,
            at=self.now(),
            expect=expect,
            group=group,
            columns=columns,
        )
        return self.send(command)

    def choose_encoding(self, group: str, encoding: str) -> CommandResult:
        command = ChooseGroupEncoding(
            by=ADMINISTRATOR, at=self.now(), group=group, encoding=encoding
        )
        return self.send(command)

    def checked(self, *rows: Mapping[str, str], name: str = "Autumn") -> str:
        """Upload those rows and check them."""
        group = self.upload(csv_file(*rows), name=name)
        self.check(group)
        return group

    def submit(self, group: str, *, by: Actor = ADMINISTRATOR) -> CommandResult:
        return self.send(SubmitLearnerGroup(by=by, at=self.now(), group=group))

    def add(self, group: str) -> None:
        """Do what the policy does: add part by part until all are added."""
        while self.shown(group).status is UploadStatus.ADDING:
            self.add_part(group)

    def add_part(self, group: str) -> None:
        command = AddGroupLearners(
            by=MACHINE, at=self.now(), upload=stream_of(group), alike=self.alike
        )
        self.send(command)

    def undo(
        self, group: str, *, by: Actor = ADMINISTRATOR, confirm_loss: bool = False
    ) -> CommandResult:
        return self.send(
            UndoLearnerGroup(
                by=by, at=self.now(), group=group, confirm_loss=confirm_loss
            )
        )

    def withdraw(self, group: str) -> None:
        """Do what the policy does: withdraw part by part until all are."""
        while self.shown(group).status is UploadStatus.UNDOING:
            self.withdraw_part(group)

    def withdraw_part(self, group: str) -> CommandResult:
        upload = stream_of(group)
        return self.send(
            WithdrawGroupLearners(by=MACHINE, at=self.now(), upload=upload)
        )

    def put_right(
        self,
        group: str,
        row: int,
        *,
        by: Actor = ADMINISTRATOR,
        expect: int | None = None,
        is_different: bool = False,
        link_to: str | None = None,
        confirm_loss: bool = False,
        **told: str,
    ) -> CommandResult:
        command = AmendRecord(
            by=by,
            at=self.now(),
            expect=expect,
            group=group,
            row=row,
            alike=self.alike,
            cells=told,
            is_different_person=is_different,
            link_to=link_to,
            confirm_loss=confirm_loss,
        )
        return self.send(command)

    def remove(
        self, group: str, row: int, *, by: Actor = ADMINISTRATOR
    ) -> CommandResult:
        return self.send(RemoveRecord(by=by, at=self.now(), group=group, row=row))

    def shown(self, group: str) -> Upload:
        return load(GROUP, group, store=self.context.store, reader=MACHINE)[1]

    def records(self, group: str) -> dict[int, Record]:
        rows = range(self.shown(group).last_row + 1)
        found = read_records(self.store, group, rows)
        return {record.row: record for _, record in found}

    def states(self, group: str) -> dict[int, RecordState]:
        return {row: record.state for row, record in self.records(group).items()}

    def codes(self, group: str, row: int) -> list[str]:
        return [problem.code for problem in self.records(group)[row].problems]

    def learner(self, name: str) -> Learner:
        return load(LEARNER, name, store=self.context.store, reader=MACHINE)[1]
