"""Exports: all rows of a list, or all events, now or as they were at a moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from sqlalchemy import Connection

from api.claims.results import ResultResponse, result_response
from api.http.references import name_centres
from api.learners.learners import LearnerSummary, learner_listed
from api.registrations.invoice_lines import every_line
from cli.configuration import settings_of
from cli.history.histories import moment
from cli.session import exit_on_refusal, open_session
from projections.claims import result_search
from projections.claims.result_search import Result
from projections.history.history import HistoryEntry, entry
from projections.learners import learner_search
from projections.learners.learner_search import LearnerFilter
from projections.paging import Page, every
from projections.registrations import invoice_lines
from projections.uploads import uploads
from queries.centres.centres import centre_names
from service import Service
from store import EventStore

LEARNER_COLUMNS = tuple(LearnerSummary.model_fields)
EVENT_COLUMNS = tuple(HistoryEntry.__dataclass_fields__)
RESULT_COLUMNS = (
    "learner",
    "given_name",
    "family_name",
    "centre_reference",
    "centre",
    "centre_name",
    "qualification",
    "qualification_number",
    "title",
    "apprenticeship",
    "apprenticeship_title",
    "registration",
    "claim",
    "award_type",
    "award_date",
    "is_eligible",
    "status",
    "submitted_at",
    "processed_at",
    "printed_at",
    "certificate",
    "in_force",
    "issued_to",
    "overall_grade",
    "grades",
    "updated_at",
)
"""The API's fields, with nested objects flattened."""

PART = 200


@contextmanager
def service_of(context: typer.Context, as_at: str | None) -> Iterator[Service]:
    """Open the service with all its rows, as they are or as they were at a moment."""
    with exit_on_refusal(), open_session(settings_of(context)) as service:
        if as_at is None:
            service.read_models.catch_up()
        yield service if as_at is None else service.as_at(moment(as_at))


def every_event(store: EventStore) -> Iterator[HistoryEntry]:
    place = 0
    while batch := store.log(after=place):
        for recorded in batch:
            yield entry(recorded, version=recorded.version)
        place = batch[-1].position


def every_learner(
    service: Service, connection: Connection, centre: str | None
) -> Iterator[dict[str, Any]]:
    def part(cursor: str | None) -> Page[LearnerSummary]:
        found = learner_search.search_learners(
            connection,
            centre=centre,
            filters=LearnerFilter(),
            limit=PART,
            cursor=cursor,
        )
        with_group = (each.group for each in found.rows if each.group)
        names = uploads.names_of(connection, with_group)
        rows = tuple(learner_listed(each, names) for each in found.rows)
        name_centres(service.context, rows)
        return Page(rows=rows, next_cursor=found.next_cursor)

    return (each.model_dump() for each in every(part))


def every_result(
    service: Service, connection: Connection, centre: str | None
) -> Iterator[dict[str, Any]]:
    for result in result_search.export(connection, centre=centre):
        names = centre_names(service.context, [result.centre])
        yield result_row(result, result_response(service.catalogue, result, names))


def result_row(result: Result, shown: ResultResponse) -> dict[str, Any]:
    """Flatten a result into one row, under the API's names."""
    apprenticeship = shown.apprenticeship
    row = {
        **vars(result),
        **vars(shown),
        "qualification": shown.qualification.reference,
        "qualification_number": shown.qualification.number,
        "title": shown.qualification.title,
        "apprenticeship": apprenticeship.reference if apprenticeship else None,
        "apprenticeship_title": apprenticeship.title if apprenticeship else None,
    }
    return {name: row[name] for name in RESULT_COLUMNS}


def every_invoice_line(
    service: Service, connection: Connection, centre: str | None
) -> Iterator[dict[str, Any]]:
    def part(cursor: str | None) -> Page[invoice_lines.InvoiceLineRow]:
        return invoice_lines.search_invoice_lines(
            connection, centre=centre, limit=PART, cursor=cursor
        )

    return every_line(service.context, connection, part, seen_by=centre)
