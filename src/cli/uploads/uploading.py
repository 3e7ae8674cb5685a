"""Uploading a file of learners, and printing what is found in it."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from access.accounts import SignedInUser
from access.policy import require_may
from aggregates.learners.details import COLUMNS, OVERFLOW, given_uln, read_as
from aggregates.learners.verification import LRS_OFF, said_of_many
from aggregates.uk_time import LONDON
from aggregates.uploads.duplicate_rows import DuplicateRows
from aggregates.uploads.file_columns import settle_columns
from aggregates.uploads.file_refusals import FileRefused, file_sentence, hidden_parts
from aggregates.uploads.file_row import ENCODINGS
from aggregates.uploads.problem import sentence, title
from aggregates.uploads.record import RecordState
from aggregates.uploads.upload import Upload
from aggregates.uploads.upload_progress import UploadStatus
from catalogue import amount
from cli.messages import PROBLEMS, USAGE, print_message, refuse
from commands.uploads.row_checks import RowChecker
from commands.uploads.upload import (
    UploadLearnerGroup,
    batches,
    read_records,
)
from commands.uploads.upload_choices import MapLearnerGroup
from events.uploads.upload import Problem
from files.learner_file import LearnerFile, read_learner_file
from projections.learners import learner_search
from repositories.aggregate_types import GROUP
from repositories.repository import load
from service import Service
from store import Actor


@dataclass
class OtherForms:
    """Counts dates and ULNs that were read from an unusual form, with an example (U4)."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def note(self, cells: Mapping[str, str]) -> None:
        for column, value in read_as(cells).items():
            self.counts[column] += 1
            example = f"{cells[column].strip()} was read as {value}"
            self.examples.setdefault(column, example)

    def say(self) -> None:
        for column, many in self.counts.items():
            others = f", and {many - 1:,} more in an unusual form" if many > 1 else ""
            print_message(f"{title(column)}: {self.examples[column]}{others}.")


EVERY = 0.05


def mapping_of(
    content: bytes, encoding: str | None, given: list[str] | None, accepted: bool
) -> Mapping[str, str] | None:
    """Settle which column is which of ours (U3); None for the template's own columns.

    Without a choice or --accept-mapping, it prints the proposal and exits.
    """
    try:
        file = read_learner_file(content, encoding=encoding)
    except FileRefused:  # the upload will record the refusal
        return None
    if file.mapping is None:
        return None
    said = dict(pair.partition("=")[::2] for pair in given or [])
    if strange := said.keys() - COLUMNS:
        refuse(USAGE, f"There is no {min(strange)}. Choose from {', '.join(COLUMNS)}.")
    mapping, ignored = settle_columns(file.columns, {**file.mapping, **said})
    for column, name in mapping.items():
        print_message(f"  {title(column)}: {name}")
    if ignored:
        print_message(f"Ignored: {', '.join(ignored)}.")
    if not (given or accepted):
        refuse(
            PROBLEMS,
            "The file has columns of other names than the template's, as listed. Add"
            " --accept-mapping if they are right, or --mapping for each that is not.",
        )
    return mapping


def check_file(
    service: Service, user: SignedInUser, file: LearnerFile
) -> Iterator[dict[str, str]]:
    """Check a file as an upload by that user would be; record nothing."""
    require_may(UploadLearnerGroup, user.role)
    service.read_models.catch_up()
    around = RowChecker(
        store=service.store,
        centre=user.centre or "",
        alike=learner_search.finder(service.read_models.connection),
        today=service.clock().astimezone(LONDON).date(),
    )
    duplicates, invalid = DuplicateRows.of(file.rows), 0
    ulns = {uln for row in file.rows if (uln := given_uln(row.cells))}
    other_forms = OtherForms()
    for rows in batches(file.rows):
        for row, _, found in around.check(rows, duplicates.others_near):
            invalid += bool(found.problems)
            other_forms.note(row.cells)
            yield from _describe_row(
                row.number, row.cells, found.problems, found.warnings
            )
    _summary(file.encoding, len(file.rows), invalid)
    other_forms.say()
    _say_hidden(file.hidden_rows, file.hidden_columns, file.unread_sheets)
    print_message(
        *(_count_unverified(len(ulns)) if service.context.verify else [LRS_OFF])
    )
    print_message("Nothing was recorded.")


def _count_unverified(ulns: int) -> list[str]:
    if not ulns:
        return []
    count = amount(ulns, "ULN was", "ULNs were")
    return [f"{count} not put to the Learning Records Service: an upload does that."]


def upload_file(
    service: Service, command: UploadLearnerGroup, mapping: Mapping[str, str] | None
) -> Iterator[dict[str, str]]:
    """Upload the file, and wait until this process or another has checked it."""
    by, group = command.by, service.send(command).created_id
    if mapping is not None:
        at = service.clock()
        service.send(MapLearnerGroup(by=by, at=at, group=group, columns=mapping))
    service.start()
    upload = wait_until_past(service, group, by, UploadStatus.CHECKING)
    received = upload.received
    waiting = 0
    other_forms = OtherForms()
    for rows in batches(range(upload.last_row + 1)):
        for _, record in read_records(service.store, group, rows):
            other_forms.note(record.cells)
            waiting += record.state is RecordState.NOT_VERIFIED
            if record.state is not RecordState.VALID or record.remarks:
                yield from _describe_row(
                    record.row, record.sentence_values, record.reasons, record.remarks
                )
    _summary(received.encoding, received.rows, upload.invalid)
    other_forms.say()
    _say_hidden(received.hidden_rows, received.hidden_columns, received.unread_sheets)
    print_message(said_of_many(to_verify=upload.to_verify, waiting=waiting, why=None))
    print_message(
        f"Group {upload.name} is {group}.",
        f"Next: learner-management call POST /learner-groups/{group}/submit",
    )


def wait_until_past(
    service: Service, group: str, by: Actor, passing: UploadStatus
) -> Upload:
    """Wait until a group is past a status, whichever process works on it."""
    while True:
        _, upload = load(GROUP, group, store=service.store, reader=by)
        if upload.status is not passing:
            return upload
        time.sleep(EVERY)


def _summary(encoding: str, rows: int, invalid: int) -> None:
    print_message(
        f"Read as {ENCODINGS[encoding]}: {amount(rows, 'row')}, {invalid} to correct."
    )


def _say_hidden(rows: int, columns: Sequence[str], sheets: Sequence[str]) -> None:
    print_message(
        *(file_sentence(each) for each in hidden_parts(rows, columns, sheets))
    )


def _describe_row(
    row: int,
    cells: Mapping[str, str],
    problems: Iterable[Problem],
    warnings: Iterable[Problem],
) -> Iterator[dict[str, str]]:
    """Yield each finding about a row: which cell, what is wrong and what to do."""
    letters = dict(zip((*COLUMNS, OVERFLOW), "ABCDEFGHI", strict=True))
    for kind, found in (("problem", problems), ("warning", warnings)):
        for problem in found:
            yield {
                "cell": f"{letters[problem.column]}{row}",
                "learner": f"{cells['given_name']} {cells['family_name']}".strip(),
                "kind": kind,
                "column": title(problem.column),
                "message": sentence(problem, cells),
            }
