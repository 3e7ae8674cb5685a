"""What is still wrong with a row, each sentence at its field."""

from collections.abc import Iterable
from datetime import datetime

from aggregates.errors import Malformed, Refusal, join_sentences
from aggregates.learners.details import OVERFLOW
from aggregates.loss import WorkWouldBeLost
from aggregates.uploads.problem import sentence
from aggregates.uploads.record import Record, RecordState
from web.http.faults import CONFIRM_LOSS, loss_in_words, sentence_of
from web.uploads.row_forms import WHO


class CellStillWrong(Malformed):
    """One thing that is wrong with a row, at its field."""

    code = "cell-still-wrong"
    message = "{sentence}"


class RowStillWrong(Malformed):
    """All that is wrong with a row."""

    code = "row-still-wrong"
    message = "{sentences}"


def row_is_wrong(record: Record) -> RowStillWrong:
    """Say all that somebody has to see to in a row."""
    reasons = [
        (problem.column, sentence(problem, record.sentence_values))
        for problem in record.reasons
    ]
    if record.state is RecordState.TO_CONFIRM:
        reasons.append((WHO, f"Say who {record.cells['given_name']} is."))
    return _row_still_wrong(record.row, reasons)


def row_was_refused(
    record: Record, refused: Exception, *, field: str, at: datetime
) -> RowStillWrong:
    """Say why a row was not saved, at a field of its form."""
    said = sentence_of(loss_in_words(refused) or refused, at)
    is_loss = isinstance(refused, WorkWouldBeLost)
    return _row_still_wrong(record.row, [(CONFIRM_LOSS if is_loss else field, said)])


def _row_still_wrong(row: int, reasons: Iterable[tuple[str, str]]) -> RowStillWrong:
    others: list[Refusal] = [
        CellStillWrong(
            path=("row", row, *([] if column in {"", OVERFLOW} else [column])),
            sentence=text,
        )
        for column, text in reasons
    ]
    return RowStillWrong(others=others, sentences=join_sentences(others))
