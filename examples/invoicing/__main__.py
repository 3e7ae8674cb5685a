"""`python -m invoicing run`, `show` or `paid NUMBER`."""

import argparse
import csv
import logging
import signal
import sys
from contextlib import closing
from pathlib import Path
from threading import Event

from .consumer import consume
from .table import NoSuchInvoice, Table


def main() -> int:
    """Do what the command line asks; the exit code."""
    given = parse()
    logging.basicConfig(level=logging.WARNING)
    stopping = Event()
    if given.command == "run":
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.set())
    with closing(Table(given.database)) as table:
        if given.command == "show":
            show(table)
        elif given.command == "paid":
            try:
                table.pay(given.number)
            except NoSuchInvoice as error:
                sys.stderr.write(f"{error}\n")
                return 1
        else:
            options = dict(each.split("=", 1) for each in given.set)
            consume(table, {"bootstrap_servers": given.kafka, **options}, stopping)
    return 0


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="invoicing", description=__doc__)
    parser.add_argument("--database", type=Path, default=Path("invoices.db"))
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="read the feed, make invoices, report")
    run.add_argument("--kafka", default="localhost:9092", metavar="HOST:PORT,…")
    run.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of kafka-python's clients, as security_protocol=SSL",
    )
    commands.add_parser("show", help="print the table as CSV")
    paid = commands.add_parser("paid", help="report an invoice paid")
    paid.add_argument("number")
    return parser.parse_args()


def show(table: Table) -> None:
    """Print every line."""
    lines = table.lines()
    if lines:
        writer = csv.DictWriter(sys.stdout, lines[0].keys())
        writer.writeheader()
        writer.writerows(lines)


if __name__ == "__main__":
    sys.exit(main())
