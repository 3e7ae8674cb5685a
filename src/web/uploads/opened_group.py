"""A group of learners as it is opened for a page: how far it is, how its rows stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from aggregates.loss import WorkWouldBeLost
from aggregates.uploads.record import RecordState
from aggregates.uploads.upload import Upload
from aggregates.uploads.upload_progress import UploadStatus
from catalogue.rule import amount
from commands.uploads.upload import SubmitLearnerGroup
from queries.uploads.group_moment import GroupMoment, group_at_one_moment
from web.http.context import PageContext
from web.http.faults import loss_in_words
from web.http.inputs import read_version

UPLOADS = "/uploads"

IN_WORDS: Mapping[UploadStatus, str] = {
    UploadStatus.TO_MAP: "Columns to match",
    UploadStatus.CHECKING: "Being checked",
    UploadStatus.CHECKED: "Checked, not submitted",
    UploadStatus.ADDING: "Learners being added",
    UploadStatus.DONE: "Submitted",
    UploadStatus.UNDOING: "Being undone",
    UploadStatus.UNDONE: "Undone",
}
BUSY = frozenset({UploadStatus.CHECKING, UploadStatus.ADDING, UploadStatus.UNDOING})
"""While a group is so, it goes on by itself."""
GONE = frozenset({UploadStatus.UNDOING, UploadStatus.UNDONE})
TO_FIX = (RecordState.INVALID, RecordState.TO_CONFIRM)
"""How rows stand about which somebody has to do something."""

VALID = (RecordState.VALID, RecordState.NOT_VERIFIED, RecordState.LEARNER)
"""How rows stand with which nothing is wrong."""


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A part of the bar that shows how the rows stand; ``start`` and ``width`` in per cent."""

    kind: str
    label: str
    count: int
    href: str
    start: float
    width: float


@dataclass(frozen=True, kw_only=True)
class OpenedGroup:
    """A group at one moment, and the page that is asked for."""

    context: PageContext
    moment: GroupMoment

    @property
    def upload(self) -> Upload:
        return self.moment.upload

    @property
    def group(self) -> str:
        return self.upload.received.group

    @property
    def address(self) -> str:
        return f"{UPLOADS}/{self.group}"

    @property
    def status(self) -> UploadStatus:
        return self.upload.status

    @property
    def status_in_words(self) -> str:
        return IN_WORDS[self.status]

    @property
    def is_busy(self) -> bool:
        return self.status in BUSY

    @property
    def is_open(self) -> bool:
        """Tell whether its rows may be put right."""
        return self.status not in {UploadStatus.TO_MAP, *BUSY, *GONE}

    @property
    def rows(self) -> int:
        return self.upload.received.rows

    def count(self, *states: RecordState) -> int:
        """Count the rows that stand so."""
        return sum(self.moment.counts.get(state, 0) for state in states)

    @property
    def to_fix(self) -> int:
        return self.count(*TO_FIX)

    @property
    def ready(self) -> int:
        return self.count(RecordState.VALID)

    @property
    def valid_rows(self) -> int:
        """Count the rows with which nothing is wrong, learners already or not."""
        return self.count(*VALID)

    @property
    def learners(self) -> int:
        return self.count(RecordState.LEARNER)

    @property
    def step(self) -> tuple[int, int, str]:
        """Say how far what goes on by itself has come: so many, of so many, in words."""
        upload = self.upload
        if self.status is UploadStatus.ADDING:
            added, most = (
                len(upload.learners),
                max(len(upload.learners) + self.ready, 1),
            )
            return added, most, f"Adding learners, {added:,} of {most:,}"
        if self.status is UploadStatus.UNDOING:
            return 0, 1, "Taking the learners of this upload back"
        read = upload.valid + upload.invalid
        if upload.is_read and upload.to_verify:
            asked, most = upload.asked, upload.to_verify
            return asked, most, f"Checking ULNs, {asked:,} of {most:,}"
        return read, self.rows, f"Checking rows, {read:,} of {self.rows:,}"

    @property
    def segments(self) -> Sequence[Segment]:
        """Divide the bar among the rows by how they stand, leaving out what is none."""
        kinds = (
            ("added", "added", RecordState.LEARNER, "/valid"),
            ("ready", "ready to add", RecordState.VALID, "/valid"),
            ("waiting", "waiting for LRS", RecordState.NOT_VERIFIED, "/valid"),
            ("asked", "to decide", RecordState.TO_CONFIRM, "/fix"),
            ("wrong", "to fix", RecordState.INVALID, "/fix"),
            ("removed", "removed", RecordState.REMOVED, ""),
        )
        whole = max(sum(self.moment.counts.values()), 1)
        found, start = [], 0.0
        for kind, label, state, path in kinds:
            if count := self.count(state):
                width = 100 * count / whole
                href = f"{self.address}{path}" if path else ""
                found.append(
                    Segment(
                        kind=kind,
                        label=label,
                        count=count,
                        href=href,
                        start=round(start, 2),
                        width=round(width, 2),
                    )
                )
                start += width
        return found

    @property
    def bar_in_words(self) -> str:
        """Say what the bar shows."""
        said = ", ".join(f"{each.count:,} {each.label}" for each in self.segments)
        return f"{amount(self.rows, 'row')}: {said}"

    def page(
        self,
        template: str,
        *,
        title: str,
        refused: Exception | None = None,
        **values: Any,
    ) -> Response:
        """Write a page below the group's own."""
        crumbs = [("Uploads", UPLOADS)]
        if title != self.upload.name:
            crumbs.append((self.upload.name, self.address))
        return self.context.page(
            template,
            title=title,
            crumbs=crumbs,
            refused=loss_in_words(refused),
            opened=self,
            upload=self.upload,
            is_loss=isinstance(refused, WorkWouldBeLost),
            may_change=self.context.may(SubmitLearnerGroup),
            version=self.context.form.text("version") or self.moment.stream.version,
            **values,
        )

    def seen_version(self) -> int:
        """Give the version of the group that the form was made of. Raises VersionMissing."""
        return read_version(self.context.form.text("version"))


def open_group(context: PageContext, group: str) -> OpenedGroup:
    """Open a group that the user may know of, at one moment. Raises NotFound."""
    service = context.service
    moment = group_at_one_moment(
        group, store=service.store, read_models=service.read_models, reader=context.by
    )
    return OpenedGroup(context=context, moment=moment)
