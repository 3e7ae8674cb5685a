"""Certificates listed, and those that wait printed in one batch (M13)."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection
from starlette.responses import Response

from aggregates.claims.certificate import CertificateKind
from aggregates.errors import Refusal, RuleBroken, raise_all
from commands.claims.certificate import RecordPrinting
from commands.command import CommandResult
from projections.claims.result_certificates import CertificateRow, search_certificates
from projections.paging import Page
from web.certificates.document import certificate_faces, pdf_of
from web.http.context import PageContext
from web.http.inputs import read_choice
from web.http.lists import LISTED, MOST_COUNTED
from web.http.page_router import PageRouter
from web.http.rendering import write_day
from web.http.to_do import ToDo, count_in_words

pages = PageRouter("certificates")

CERTIFICATES = "/certificates"
WAITING = f"{CERTIFICATES}?state=waiting"
BATCH = 50
"""How many certificates one PDF to be printed holds: the oldest that wait."""

STATES = {
    "waiting": "Waiting to be printed",
    "in-force": "In force",
    "not-in-force": "Not in force",
}


class NotRecorded(RuleBroken):
    code = "not-recorded"
    message = "{why}"


@pages.get(CERTIFICATES)
def list_certificates(context: PageContext) -> Response:
    """Show certificates as they were issued, the oldest first."""
    return certificates_page(context)


@pages.get(CERTIFICATES + "/to-print.pdf")
def print_batch(context: PageContext) -> Response:
    """Give the first of those that wait to be printed as one PDF."""
    with context.rows() as connection:
        found = _waiting(context, connection, BATCH)
    if not found.rows:
        return context.redirect(
            WAITING, said="No certificate waits to be printed.", is_done=False
        )
    faces = certificate_faces(context, found.rows)
    return pdf_of("certificates-to-print.pdf", "Certificates to print", faces)


@pages.post(CERTIFICATES + "/printing")
def record_batch(context: PageContext) -> Response:
    """Say that those ticked were printed; one refused does not keep the others back."""
    done, recorded = CommandResult(position=None), 0
    refused: dict[str, list[str]] = {}
    for number in [*dict.fromkeys(context.form.all("certificate"))][:BATCH]:
        metadata = context.command_metadata()
        try:
            done = context.send(RecordPrinting(**metadata, certificate=number))
            recorded += 1
        except Refusal as error:
            refused.setdefault(error.code, []).append(str(error))
    if refused:
        try:
            raise_all(_not_recorded(recorded, refused))
        except NotRecorded as faults:
            return certificates_page(context, faults)
    noun = "certificate is" if recorded == 1 else "certificates are"
    said = f"{recorded} {noun} recorded as printed." if recorded else "None was ticked."
    return context.redirect(WAITING, said=said, after=done, is_done=bool(recorded))


def _not_recorded(
    recorded: int, refused: Mapping[str, Sequence[str]]
) -> Iterator[NotRecorded]:
    """Say each kind of refusal once, with the first and how many are like it."""
    for sentences in refused.values():
        first, more = sentences[0], len(sentences) - 1
        like = f" So {'was' if more == 1 else 'were'} {more} more." if more else ""
        others = f" {recorded} were recorded." if recorded else ""
        yield NotRecorded(why=f"Not recorded as printed: {first}{like}{others}")


def certificates_page(
    context: PageContext, refused: Exception | None = None
) -> Response:
    found = Page[CertificateRow](rows=())
    state = context.parameter("state")
    try:
        with context.rows() as connection:
            found = search_certificates(
                connection,
                centre=context.centre,
                waiting=True if state == "waiting" else None,
                in_force={"in-force": True, "not-in-force": False}.get(state or ""),
                kind=read_choice(CertificateKind, context.parameter("kind"), "kind"),
                learner=context.parameter("learner"),
                limit=LISTED,
                cursor=context.parameter("after"),
            )
    except Refusal as error:
        refused = error
    return context.page(
        "certificates/list.html",
        title="Certificates",
        refused=refused,
        faces=certificate_faces(context, found.rows),
        states=[*STATES.items()],
        kinds=[(each.value, each.value) for each in CertificateKind],
        sought={
            name: context.parameter(name) or "" for name in ("state", "kind", "learner")
        },
        is_queue=state == "waiting" and context.may(RecordPrinting),
        batch=BATCH,
        next_address=found.next_cursor
        and context.address_with(after=found.next_cursor),
    )


def _waiting(
    context: PageContext, connection: Connection, limit: int, count_to: int = 0
) -> Page[CertificateRow]:
    return search_certificates(
        connection,
        centre=context.centre,
        waiting=True,
        count_to=count_to,
        limit=limit,
    )


def say_what_is_to_print(
    context: PageContext, connection: Connection
) -> Iterator[ToDo]:
    """Say to whoever prints how many certificates wait, and since when."""
    if not context.may(RecordPrinting):
        return
    found = _waiting(context, connection, 1, MOST_COUNTED)
    if found.rows:
        those = count_in_words(found, "certificate", "certificates")
        yield ToDo(
            text=f"{those} to print",
            href=WAITING,
            detail=f"The oldest was issued on {write_day(found.rows[0].issued_at)}.",
            urgency=5,
        )
