"""Who is not eligible yet, why not, and what would fix it (I1, I2, I4)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from aggregates.claims.claim_hindrances import IN_WORDS, Cause
from aggregates.errors import Refusal
from aggregates.uk_time import LONDON
from catalogue import Assessment, amount
from catalogue.eligibility.answer import shape
from events.claims.claim import Granted, Withheld
from projections.claims.ineligible_causes import count_causes
from projections.claims.ineligible_learners import (
    Ineligible,
    search_ineligible_learners,
)
from projections.paging import Page
from queries.claims.ineligible_learners import IneligibleDetails, ineligible_details
from queries.learners.learners import open_learners
from queries.titles import title_of
from repositories.aggregate_types import CLAIM
from web.claims.claim_page import CLAIMS
from web.http.context import PageContext
from web.http.downloads import every_row, list_file
from web.http.inputs import read_choice
from web.http.lists import LISTED, MOST_COUNTED
from web.http.page_router import PageRouter
from web.http.to_do import ToDo, count_in_words

pages = PageRouter("ineligible")

INELIGIBLE = "/ineligible"
FIELDS = ("name", "claim", "cause")
COLUMNS = (
    *("learner", "name", "claim", "title", "award_type"),
    *("cause", "why", "days"),
)
MARKS: Mapping[str, tuple[str, str]] = {
    "counts": ("✓", "counts"),
    "surplus": ("✓", "is more than is needed"),
    "barred": ("✗", "may not be combined with another"),
    "not-achieved": ("✗", "is not achieved by this grade"),
    "needed": ("", "no grade yet"),
}
"""How the status of a unit is shown: a mark, and words."""


@dataclass(frozen=True, kw_only=True)
class UnitRow:
    """A unit on a pathway: what was given for it, and whether that counts."""

    reference: str
    title: str
    group: str
    credits: int
    grade: str
    status: str
    mark: str
    words: str


@dataclass(frozen=True, kw_only=True)
class PathwayPage:
    """A pathway as the page shows it: its rules, what is short, and the ways to fix it."""

    code: str
    title: str
    is_registered: bool
    is_met: bool
    rules: tuple[str, ...]
    reasons: tuple[str, ...]
    ways: tuple[tuple[str, ...], ...]
    note: str
    units: tuple[UnitRow, ...]


@dataclass(frozen=True, kw_only=True)
class CauseGroup:
    """Those of a page who wait for the same cause, and how many of the whole list do."""

    cause: str
    rows: Sequence[Mapping[str, Any]]
    total: int
    href: str


@pages.get(INELIGIBLE)
def list_ineligible(context: PageContext) -> Response:
    """Show everybody kept back from a claim, by reason, the longest waiting first."""
    refused, found = None, Page[Ineligible](rows=())
    try:
        found = _search(
            context, LISTED, context.parameter("after"), count_to=MOST_COUNTED
        )
    except Refusal as error:
        refused = error
    rows = [*_waiting_rows(context, found.rows)]
    counts = {} if refused else _count_causes(context)
    causes = [each for each in Cause if any(r["cause"] == IN_WORDS[each] for r in rows)]
    return context.page(
        "claims/ineligible.html",
        title="Not eligible yet",
        refused=refused,
        found=found,
        groups=[
            CauseGroup(
                cause=IN_WORDS[each],
                rows=[row for row in rows if row["cause"] == IN_WORDS[each]],
                total=counts.get(each, 0),
                href=context.address_with(cause=each.value, after=None),
            )
            for each in causes
        ],
        summary=[
            (
                IN_WORDS[each],
                counted,
                context.address_with(cause=each.value, after=None),
            )
            for each, counted in sorted(counts.items(), key=lambda it: -it[1])
        ],
        sought={n: context.parameter(n) or "" for n in FIELDS},
        is_narrowed=any(map(context.parameter, FIELDS)),
        causes=[(each.value, IN_WORDS[each]) for each in Cause],
        next_address=found.next_cursor
        and context.address_with(after=found.next_cursor),
    )


@pages.get(f"{INELIGIBLE}.csv")
@pages.get(f"{INELIGIBLE}.xlsx")
def download_ineligible(context: PageContext) -> Response:
    """Give everybody who matches as a file."""

    def next_rows(limit: int, cursor: str | None) -> Page[Ineligible]:
        return _search(context, limit, cursor)

    rows = _waiting_rows(context, [*every_row(next_rows)])
    return list_file(
        context,
        "not-eligible",
        COLUMNS,
        ({name: row[name] for name in COLUMNS} for row in rows),
    )


def _count_causes(context: PageContext) -> Mapping[Cause, int]:
    """Count everybody who matches by why they wait, whatever cause is chosen."""
    with context.rows() as connection:
        return count_causes(
            connection,
            centre=context.centre,
            claim=context.parameter("claim"),
            name=context.parameter("name"),
            most=MOST_COUNTED,
        )


def _search(
    context: PageContext, limit: int, cursor: str | None, *, count_to: int = 0
) -> Page[Ineligible]:
    with context.rows() as connection:
        return search_ineligible_learners(
            connection,
            centre=context.centre,
            cause=read_choice(Cause, context.parameter("cause"), "cause"),
            claim=context.parameter("claim"),
            name=context.parameter("name"),
            count_to=count_to,
            limit=limit,
            cursor=cursor,
        )


def _waiting_rows(
    context: PageContext, found: Sequence[Ineligible]
) -> Iterator[dict[str, Any]]:
    """Give what is shown of each; ``days`` are those since the claim was submitted."""
    people = open_learners(
        context.command_context, {row.learner for row in found}, seen_by=context.centre
    )
    for row in found:
        reasons = list(dict.fromkeys(each.message for each in row.reasons))
        since = row.claimed_at.astimezone(LONDON).date()
        yield {
            "learner": row.learner,
            "name": people[row.learner].full_name,
            "claim": row.claim,
            "title": title_of(context.service.catalogue, row.qualification)
            or row.qualification,
            "award_type": row.award_type,
            "cause": IN_WORDS[row.cause],
            "reasons": reasons,
            "why": " ".join(reasons),
            "days": max(0, (context.today - since).days),
        }


@pages.get(CLAIMS + "/{claim}/ineligible/{learner}")
def show_ineligible(context: PageContext, claim: str, learner: str) -> Response:
    """Show why one learner was kept back, unit by unit, and the ways to fix it."""
    stream, found = context.load(CLAIM, claim)
    details = ineligible_details(
        context.command_context, stream, found, learner, context.today
    )
    verdict, shown = details.verdict, [*pathways_of(details)]
    return context.page(
        "claims/why_not.html",
        title=details.learner.full_name,
        crumbs=[("Claims", CLAIMS), (claim, f"{CLAIMS}/{claim}")],
        details=details,
        qualification=title_of(context.service.catalogue, details.registration.product),
        is_eligible_now=isinstance(verdict, Granted),
        reasons=[*_reasons_besides(verdict, shown)],
        pathways=shown,
    )


def _reasons_besides(
    verdict: Granted | Withheld, shown: Iterable[PathwayPage]
) -> Iterator[str]:
    """Give the reasons that no pathway of the page says already."""
    said = {sentence for pathway in shown for sentence in pathway.reasons}
    if isinstance(verdict, Withheld):
        yield from (r.message for r in verdict.reasons if r.message not in said)


def pathways_of(details: IneligibleDetails) -> Iterator[PathwayPage]:
    """Give the pathway registered for, then the others."""
    own = _by_code(details.own)
    every = [own.get(code, each) for code, each in _by_code(details.on_any).items()]
    registered = details.registration.pathway
    shown = [_pathway(each, details, registered) for each in every]
    yield from sorted(shown, key=lambda each: not each.is_registered)


def _by_code(assessment: Assessment) -> dict[str, Any]:
    pathways: Any = shape(assessment)["pathways"]
    return {each["code"]: each for each in pathways}


def _pathway(
    given: Mapping[str, Any], details: IneligibleDetails, registered: str | None
) -> PathwayPage:
    rules = details.rules
    pathway = rules.pathway(given["code"])

    def describe_unit(reference: str) -> str:
        unit = rules.unit(reference)
        return f"{unit.title} ({reference}, {amount(unit.credits, 'credit')})"

    return PathwayPage(
        code=given["code"],
        title=pathway.title,
        is_registered=registered in {given["code"], None},
        is_met=bool(given["met"]),
        rules=tuple(pathway.sentences),
        reasons=tuple(each["message"] for each in given["reasons"]),
        ways=tuple(tuple(map(describe_unit, way)) for way in given["ways_to_fix"]),
        note=given["ways_to_fix_note"] or "",
        units=tuple(
            _unit_row(each["reference"], each["status"], details)
            for each in given["units"]
        ),
    )


def _unit_row(reference: str, status: str, details: IneligibleDetails) -> UnitRow:
    unit = details.rules.unit(reference)
    mark, words = MARKS[status]
    return UnitRow(
        reference=reference,
        title=unit.title,
        group=unit.group,
        credits=unit.credits,
        grade=details.grades_to_date.get(reference, ""),
        status=status,
        mark=mark,
        words=words,
    )


def say_who_waits(context: PageContext, connection: Connection) -> Iterator[ToDo]:
    """Say how many learners were kept back from claims."""
    found = search_ineligible_learners(
        connection, centre=context.centre, count_to=MOST_COUNTED, limit=1
    )
    if found.rows:
        who = count_in_words(found, "learner is", "learners are")
        yield ToDo(
            text=f"{who} not eligible yet",
            href=INELIGIBLE,
            detail="See what is missing for each, and what would fix it.",
            urgency=15,
        )
