"""Templates, and what they write values by."""

from base64 import b64encode
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from re import search

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
)

from aggregates.uk_time import LONDON, in_london
from web.http.faults import name_pages
from web.http.static_files import address_of_files

TEMPLATES = Path(__file__).parents[1] / "templates"


@cache
def templates() -> Environment:
    """Give the environment of all templates, ours and those of the components."""
    components = PackageLoader("govuk_frontend_jinja")
    ours = Environment(
        loader=ChoiceLoader(
            [
                FileSystemLoader(TEMPLATES),
                PrefixLoader({"govuk_frontend_jinja": components}),
                components,
            ]
        ),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    ours.globals["static"] = address_of_files()
    ours.filters |= {
        "day": write_day,
        "moment": write_moment,
        "pounds": write_pounds,
        "number": write_number,
        "on_pages": name_pages,
    }
    return ours


@cache
def script_digest() -> str:
    """Digest the one script that the components' page holds, for the policy to allow."""
    source, _, _ = templates().loader.get_source(templates(), "template.html")  # type: ignore[union-attr]
    found = search(r"<script[^>]*>(.*?)</script>", source)
    if found is None:
        raise LookupError("The page template has no script.")
    return b64encode(sha256(found[1].encode()).digest()).decode()


def write_day(day: date | datetime | None) -> str:
    """Write a day as people say it: 27 March 2006; a moment as its day in London."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = day.astimezone(LONDON).date()
    return f"{day.day} {day:%B %Y}"


def write_moment(moment: datetime | None) -> str:
    return "" if moment is None else in_london(moment)


def write_pounds(amount: Decimal | int | None) -> str:
    """Write pounds with pence: £1,568.00."""
    return "" if amount is None else f"£{amount:,.2f}"


def write_number(number: int) -> str:
    return f"{number:,}"
