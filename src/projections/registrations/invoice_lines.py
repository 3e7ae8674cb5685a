"""Invoice lines: every charge and credit, its cause, and its status in invoicing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Column, Connection, Row, String, Table, select

from aggregates.registrations.invoice_line import CREDIT, InvoiceStatus
from events.bookings.booking import BookingCancelled, BookingMade
from events.registrations.invoice import InvoiceNumberRecorded, InvoiceStatusReported
from events.registrations.registration import RegistrationCancelled, RegistrationMade
from projections.identifiers import equal_to
from projections.paging import Narrowed, Page, page, since
from projections.read_model import METADATA, Moment, Money, ReadModel, in_order
from projections.rows import Rows, Values
from store import Recorded

INVOICE_LINES = Table(
    "invoice_lines",
    METADATA,
    Column("line", String, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("charged_at", Moment, nullable=False),
    Column("cause", String, nullable=False),
    Column("centre", String, nullable=False),
    Column("learner", String, nullable=False),
    Column("product", String, nullable=False),
    Column("unit", String),
    Column("order", String, nullable=False),
    Column("purchase_order", String),
    Column("amount", Money, nullable=False),
    Column("status", String, nullable=False),
    Column("invoice", String),
    Column("credit_note", String),
    Column("reported_at", Moment),
    Column("credit_of", String),
    Column("credited_by", String),
    Column("updated_at", Moment, nullable=False),
    *in_order(
        "invoice_lines",
        ("position", "line"),
        ("updated_at", "position", "line"),
        ("status", "position", "line"),
    ),
)


@dataclass(frozen=True, kw_only=True)
class InvoiceLineRow:
    """A charge, or a credit (its ``amount`` is negative), in pounds.

    ``cause`` is the event that caused it, at ``position`` in the log. A cancelled charge
    and its credit name each other.
    """

    line: str
    position: int
    charged_at: datetime
    cause: str
    centre: str
    learner: str
    product: str
    unit: str | None = None
    order: str
    purchase_order: str | None
    amount: Decimal
    status: InvoiceStatus = InvoiceStatus.NOT_INVOICED
    invoice: str | None = None
    credit_note: str | None = None
    reported_at: datetime | None = None
    credit_of: str | None = None
    credited_by: str | None = None
    updated_at: datetime


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in rows.following(batch):
        match recorded.event:
            case RegistrationMade() as made if made.price:
                rows.put(INVOICE_LINES, {**vars(charge(recorded, made))})
            case BookingMade() as made if made.price:
                rows.put(INVOICE_LINES, {**vars(charge_for_test(recorded, made))})
            case (
                RegistrationCancelled(
                    registration=line, charge_stands=False, invoice_status=status
                )
                | BookingCancelled(
                    booking=line, charge_stands=False, invoice_status=status
                )
            ) if status != InvoiceStatus.CREDITED:
                if (charged := rows.get(INVOICE_LINES, line)) is not None:
                    credited = credit(recorded, charged)
                    rows.put(INVOICE_LINES, charged | credited)
                    rows.change(INVOICE_LINES, line, credited_by=credited["line"])
            case InvoiceStatusReported(line=line, status=status, invoice=invoice):
                is_credited = status == InvoiceStatus.CREDITED
                document = "credit_note" if is_credited else "invoice"
                said = {} if invoice is None else {document: invoice}
                rows.change(
                    INVOICE_LINES,
                    line,
                    status=status,
                    reported_at=recorded.recorded_at,
                    **said,
                )
            case InvoiceNumberRecorded(line=line, number=number) as late:
                document = "credit_note" if late.is_credit_note else "invoice"
                at = recorded.recorded_at
                rows.change(INVOICE_LINES, line, reported_at=at, **{document: number})
            case _:
                pass


def charge(recorded: Recorded, made: RegistrationMade) -> InvoiceLineRow:
    return InvoiceLineRow(
        line=made.registration,
        position=recorded.position,
        charged_at=recorded.recorded_at,
        cause=made.topic,
        centre=made.centre,
        learner=made.learner,
        product=made.product,
        order=made.order,
        purchase_order=made.purchase_order,
        amount=made.price,
        updated_at=recorded.recorded_at,
    )


def charge_for_test(recorded: Recorded, made: BookingMade) -> InvoiceLineRow:
    return InvoiceLineRow(
        line=made.booking,
        position=recorded.position,
        charged_at=recorded.recorded_at,
        cause=made.topic,
        centre=made.centre,
        learner=made.learner,
        product=made.qualification,
        unit=made.unit,
        order=made.order,
        purchase_order=made.purchase_order,
        amount=made.price,
        updated_at=recorded.recorded_at,
    )


def credit(recorded: Recorded, charged: Values) -> Values:
    """Make the credit that cancels a charge."""
    return {
        "line": f"{charged['line']}{CREDIT}",
        "position": recorded.position,
        "charged_at": recorded.recorded_at,
        "cause": recorded.event.topic,
        "amount": -charged["amount"],
        "credit_of": charged["line"],
        "updated_at": recorded.recorded_at,
    }


READ_MODEL = ReadModel(
    name="invoice_lines",
    version=6,
    tables=(INVOICE_LINES,),
    handles=frozenset(
        {
            RegistrationMade,
            RegistrationCancelled,
            BookingMade,
            BookingCancelled,
            InvoiceStatusReported,
            InvoiceNumberRecorded,
        }
    ),
    fold=fold,
)


def statuses_of(
    connection: Connection, lines: Iterable[str]
) -> Mapping[str, InvoiceStatus]:
    """Return the invoice status of each of these charges (L4)."""
    charged = list(lines)
    its = INVOICE_LINES.c
    query = select(its.line, its.status).where(its.line.in_(charged))
    found = connection.execute(query)
    statuses = {row.line: InvoiceStatus(row.status) for row in found}
    return dict.fromkeys(charged, InvoiceStatus.NOT_INVOICED) | statuses


def find_invoice_line(
    connection: Connection, line: str, *, centre: str | None
) -> InvoiceLineRow | None:
    """Return a line by its name; None if the centre (None: any) has no such line."""
    its = INVOICE_LINES.c
    query = select(INVOICE_LINES).where(
        its.line == line, *equal_to((its.centre, centre))
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _invoice_line_row(row)


def search_invoice_lines(
    connection: Connection,
    *,
    centre: str | None,
    status: InvoiceStatus | None = None,
    after: int = 0,
    updated_since: datetime | None = None,
    limit: int,
    cursor: str | None = None,
) -> Page[InvoiceLineRow]:
    """List lines after a position, in the order in which they were charged."""
    its = INVOICE_LINES.c
    narrowed = Narrowed(
        within=[its.position > after, *equal_to((its.centre, centre))],
        kinds=[*equal_to((its.status, status))],
    )
    return page(
        connection,
        select(INVOICE_LINES),
        by=[its.position, its.line],
        make=_invoice_line_row,
        limit=limit,
        cursor=cursor,
        since=since(its.updated_at, updated_since),
        narrowed=narrowed,
    )


def _invoice_line_row(row: Row[tuple[object, ...]]) -> InvoiceLineRow:
    values = {each.name: getattr(row, each.name) for each in fields(InvoiceLineRow)}
    return InvoiceLineRow(**{**values, "status": InvoiceStatus(values["status"])})
