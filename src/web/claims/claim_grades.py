"""Stage 4 of a claim: award types, award dates and grades (M5, M6)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from aggregates.claims.award import earliest_award_date
from aggregates.claims.claim import Claim
from aggregates.errors import Refusal, raise_all
from catalogue import AwardType, amount
from commands.claims.claim import SaveClaimGrades, save_grades
from commands.claims.claim_assessment import ClaimFacts
from events.claims.claim import Award, Granted, Withheld
from store import Conflict
from web.claims.claim_page import CLAIMS, OpenedClaim, open_claim
from web.claims.grade_grid import GradeGrid, GridRow, code_of, texts_of, write_cells
from web.http.context import PageContext
from web.http.downloads import csv_file
from web.http.faults import CONFIRM_LOSS, REFUSED, faults_of
from web.http.inputs import read_number
from web.http.page_router import PageRouter

pages = PageRouter("claims")

TITLE = "Grades and award types"
CONSEQUENCES: Mapping[AwardType, str] = {
    AwardType.FULL: "All that the qualification wants is achieved. A certificate is"
    " issued and the registration closes.",
    AwardType.INTERIM: "Some units are achieved and more are to come. A notification of"
    " performance is issued and the registration stays open.",
    AwardType.FALLBACK: "Some units are achieved and no more will come. A unit"
    " certificate is issued and the registration closes.",
}
"""What each award type means, and what comes of it (M7 to M9)."""


@pages.get(CLAIMS + "/{claim}/grades")
def show_grades(context: PageContext, claim: str) -> Response:
    """Show the grid, as it is saved."""
    grid = GradeGrid(opened=open_claim(context, claim))
    rows, following = grid.shown_rows()
    return _grid_page(grid, rows, following=following)


@pages.post(CLAIMS + "/{claim}/grades")
def save_typed_grades(context: PageContext, claim: str) -> Response:
    """Save what was typed; filled down before, if that is asked."""
    grid = GradeGrid(opened=open_claim(context, claim))
    is_filled = context.form.text("do") == "fill"
    rows = grid.filled_rows() if is_filled else grid.typed_rows()
    return _save(grid, rows)


@pages.post(CLAIMS + "/{claim}/grades/pasted")
def save_pasted_grades(context: PageContext, claim: str) -> Response:
    """Save lines pasted from a spreadsheet; what they leave empty stays as it is."""
    grid = GradeGrid(opened=open_claim(context, claim))
    try:
        rows = grid.pasted_rows()
    except REFUSED as refused:
        shown, following = grid.shown_rows()
        return _grid_page(grid, shown, refused, following=following)
    return _save(grid, rows)


def _save(grid: GradeGrid, rows: Sequence[GridRow]) -> Response:
    opened = grid.opened
    context, claim = opened.context, opened.claim
    try:
        awards = _read_awards(rows)
        command = SaveClaimGrades(
            **opened.metadata,
            claim=claim.claim,
            awards=awards,
            confirm_loss=bool(context.form.text(CONFIRM_LOSS)),
        )
        done = context.send(command)
    except REFUSED as refused:
        if isinstance(refused, Conflict):
            rows = [*merge_rows(grid, rows)]
        return _grid_page(grid, rows, refused)
    now = open_claim(context, claim.claim)
    address = context.address_with().removesuffix("/pasted")
    if context.form.text("do") == "submit":
        address = f"{opened.address}/submit"
    ready, of = len(now.eligible), amount(len(now.waiting), "learner")
    return context.redirect(
        address,
        said=f"Grades saved: {ready} of {of} can be submitted.",
        after=done,
        is_done=ready == len(now.waiting),
    )


def _read_awards(rows: Sequence[GridRow]) -> dict[str, Award]:
    faults: list[Refusal] = []
    awards: dict[str, Award] = {}
    for row in rows:
        try:
            awards[row.learner] = row.read_award()
        except Refusal as fault:
            faults += fault.others or (fault,)
    raise_all(faults)
    return awards


def merge_rows(grid: GradeGrid, rows: Sequence[GridRow]) -> Sequence[GridRow]:
    """Keep what was typed, and take what somebody else saved where nothing was."""
    version = read_number(grid.opened.context.form.text("version")) or 1
    before = Claim.replay(grid.opened.stream.events[:version])
    merged = []
    for row in rows:
        place = before.learners.get(row.learner)
        then = texts_of(place.award) if place else {}
        now = texts_of(row.found.place.award)
        texts = {
            part: now.get(part, "") if text == then.get(part, "") else text
            for part, text in row.texts.items()
        }
        merged.append(replace(row, texts=texts))
    return merged


@pages.post(CLAIMS + "/{claim}/grades/verdict")
def judge_typed_row(context: PageContext, claim: str) -> Response:
    """Say what would be decided of one learner by what is typed, saving nothing.

    Nothing is said of a form that names several: it would be taken for each of theirs.
    """
    opened = open_claim(context, claim)
    rows = GradeGrid(opened=opened).typed_rows()
    if len(rows) != 1:
        return context.part(
            "claims/_verdict.html", verdict=None, refusals=(), is_typed=True
        )
    verdict: Granted | Withheld | None = None
    refusals: tuple[str, ...] = ()
    try:
        verdict = _judge(opened, rows[0])
    except REFUSED as refused:
        refusals = tuple(each.text for each in faults_of(refused, context.at))
    return context.part(
        "claims/_verdict.html", verdict=verdict, refusals=refusals, is_typed=True
    )


def _judge(opened: OpenedClaim, row: GridRow) -> Granted | Withheld:
    """Judge what stands in a row as if it were saved. Raises what saving would."""
    context = opened.context
    events = save_grades(
        opened.claim,
        {row.learner: row.read_award()},
        context=context.command_context,
        today=context.today,
        confirm_loss=True,
    )
    facts = ClaimFacts.of(
        context.command_context,
        opened.claim.after(events),
        today=context.today,
        learners=[row.learner],
    )
    return facts.judge(row.learner)


@pages.get(CLAIMS + "/{claim}/grades.csv")
def download_grades(context: PageContext, claim: str) -> Response:
    """Give the whole grid as a file that can be filled in and pasted back."""
    grid = GradeGrid(opened=open_claim(context, claim))
    parts = {f"grades-{e.unit.reference}": e.unit.reference for e in grid.units}
    columns = {"award_type": "Award type", "award_date": "Award date", **parts}
    rows = (
        {"Learner": row.learner, "Name": row.name}
        | {columns[part]: text for part, text in row.texts.items()}
        for row in grid.rows_of(grid.everybody)
    )
    names = ("Learner", "Name", *columns.values())
    blank = dict.fromkeys(names, "")
    return csv_file(f"{claim}-grades.csv", names, (blank | row for row in rows))


def _grid_page(
    grid: GradeGrid,
    rows: Sequence[GridRow],
    refused: Exception | None = None,
    *,
    following: int | None = None,
) -> Response:
    opened = grid.opened
    context = opened.context
    form = context.form
    values: dict[str, Any] = {
        "rows": rows,
        "cells_of": lambda row, faulty: write_cells(row, grid.units, faulty),
        "units": [(e.unit, code_of(e.unit), e.is_mandatory) for e in grid.units],
        "types": [each.value for each in AwardType],
        "consequences": CONSEQUENCES,
        "earliest": earliest_award_date(context.today),
        "today": context.today,
        "fill": {name: form.text(name) for name in form.values},
        "pasted": form.text("pasted"),
        "one": context.parameter("learner"),
        "next_address": following and context.address_with(after=str(following)),
        "send_to": context.address_with().removesuffix("/pasted"),
    }
    return opened.page("claims/grades.html", title=TITLE, refused=refused, **values)
