"""The grid of grades, learners by units: as it is saved, typed, filled down or pasted."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from markupsafe import Markup, escape

from aggregates.claims.claim import Claim
from aggregates.claims.claimable import OfferedUnit, offered_units
from aggregates.errors import Malformed, Refusal, raise_all
from catalogue import AwardType, Qualification, Unit
from commands.claims.claim import rules_of
from events.claims.claim import Award
from queries.claims.claims import LearnerOnClaim
from web.claims.claim_page import OpenedClaim
from web.http.inputs import (
    DayUnreadable,
    SaidTwice,
    read_choice,
    read_day,
    read_number,
    read_pasted,
)

CELLS = 6_000
"""How many cells a page of the grid has at most."""
LONG_NAME = 3
TYPE, DATE = "award_type", "award_date"
HEADINGS: Mapping[str, str] = {"award type": TYPE, "award date": DATE}


class WhoIsMeant(Malformed):
    code = "who-is-meant"
    message = (
        "{written} names nobody, or several, of those who wait in this claim. Begin the"
        " line with a learner ID."
    )


class GridUneven(Malformed):
    code = "grid-uneven"
    message = (
        "A column of the grid came with more or fewer fields than there are learners, so"
        " nothing was saved. Load the page again, and send it from there."
    )


@dataclass(frozen=True, kw_only=True)
class GridRow:
    """A learner in the grid; ``texts`` are what stands in each field, by its name.

    A unit that the learner's rules do not have has no field.
    """

    number: int
    found: LearnerOnClaim
    rules: Qualification
    texts: Mapping[str, str]

    @property
    def learner(self) -> str:
        return self.found.learner.learner

    @property
    def name(self) -> str:
        return self.found.learner.full_name

    def with_texts(
        self, texts: Mapping[str, str], *, replaces: bool = True
    ) -> "GridRow":
        """Put other texts in, where there are any; over what is there if it ``replaces``."""
        new = {
            part: text
            for part, text in texts.items()
            if text and part in self.texts and (replaces or not self.texts[part])
        }
        return replace(self, texts={**self.texts, **new})

    def read_award(self) -> Award:
        """Read what stands in the fields. Raises Refusal, at each field at fault."""
        faults: list[Refusal] = []
        day, kind = None, None
        at = f"awards-{self.number}"
        try:
            kind = read_choice(AwardType, self.texts[TYPE], f"{at}-{TYPE}")
        except Refusal as fault:
            faults.append(fault)
        try:
            day = read_day(self.texts[DATE], f"{at}-{DATE}")
        except DayUnreadable as fault:
            faults.append(fault)
        raise_all(faults)
        grades = {
            part.removeprefix("grades-"): text
            for part, text in self.texts.items()
            if part.startswith("grades-") and text
        }
        return Award(
            award_type=kind,
            award_date=day,
            grades={u: self._as_allowed(u, g) for u, g in grades.items()},
        )

    def _as_allowed(self, reference: str, typed: str) -> str:
        """Give a grade as its unit writes it: p is P."""
        outcomes = (*self.rules.unit(reference).outcomes, "T")
        alike = (each for each in outcomes if each.casefold() == typed.casefold())
        return next(alike, typed)


@dataclass(frozen=True, kw_only=True)
class GradeGrid:
    """The learners of a claim who wait, by its units, in its order."""

    opened: OpenedClaim

    @property
    def claim(self) -> Claim:
        return self.opened.claim

    @cached_property
    def units(self) -> Sequence[OfferedUnit]:
        """The units of the claim, as stage 2 offers them."""
        catalogue = self.opened.context.service.catalogue
        reference = self.claim.qualification
        offered = offered_units(catalogue, reference) if reference else ()
        return [each for each in offered if each.unit.reference in self.claim.units]

    @property
    def most_rows(self) -> int:
        return max(1, CELLS // max(1, len(self.units)))

    @cached_property
    def everybody(self) -> Mapping[str, LearnerOnClaim]:
        return {each.learner.learner: each for each in self.opened.waiting}

    def rows_of(self, learners: Iterable[str]) -> list[GridRow]:
        """Give the rows of these learners, as saved; of those alone who wait."""
        context = self.opened.context.command_context
        found = (self.everybody[who] for who in learners if who in self.everybody)
        return [
            self._row(number, each, rules_of(context, each.registration))
            for number, each in enumerate(found)
        ]

    def _row(self, number: int, found: LearnerOnClaim, rules: Qualification) -> GridRow:
        has = {unit.reference for unit in rules.units}
        saved = texts_of(found.place.award)
        parts = [f"grades-{u.unit.reference}" for u in self.units]
        texts = {part: saved.get(part, "") for part in (TYPE, DATE, *parts)}
        for unit in self.units:
            if unit.unit.reference not in has:
                del texts[f"grades-{unit.unit.reference}"]
        return GridRow(number=number, found=found, rules=rules, texts=texts)

    def shown_rows(self) -> tuple[list[GridRow], int | None]:
        """Give the rows that the address asks for, and where the next ones begin."""
        context = self.opened.context
        if who := context.parameter("learner"):
            return self.rows_of([who]), None
        start = read_number(context.parameter("after")) or 0
        end = start + self.most_rows
        people = [*self.everybody]
        return self.rows_of(people[start:end]), end if end < len(people) else None

    def typed_rows(self) -> list[GridRow]:
        """Give the rows that the form sent, with what was typed.

        A column's fields have one name, in the order of the learners. Raises GridUneven.
        """
        form = self.opened.context.form
        sent = form.all("learner")
        parts = [name for name in form.values if name in self._parts]
        if any(len(form.all(part)) != len(sent) for part in parts):
            raise GridUneven
        places = {who: at for at, who in enumerate(sent)}
        return [
            replace(
                row,
                texts={
                    part: form.all(part)[places[row.learner]].strip()
                    if part in parts
                    else text
                    for part, text in row.texts.items()
                },
            )
            for row in self.rows_of(places)
        ]

    def filled_rows(self) -> list[GridRow]:
        """Give the rows typed, with what stands above a column in each cell of it."""
        form = self.opened.context.form
        parts = {p: form.text(f"fill-{p}") for p in self._parts}
        replaces = bool(form.text("replace"))
        return [row.with_texts(parts, replaces=replaces) for row in self.typed_rows()]

    @cached_property
    def _parts(self) -> Sequence[str]:
        return (TYPE, DATE, *self._unit_parts)

    @property
    def _unit_parts(self) -> Iterator[str]:
        return (f"grades-{each.unit.reference}" for each in self.units)

    def pasted_rows(self) -> list[GridRow]:
        """Read lines of a spreadsheet: a learner, then grades in the order of the grid.

        A first line of headings may name other columns. Raises NothingPasted, and
        LineUnreadable of every line that names nobody in the claim, or somebody again.
        """
        lines = read_pasted(self.opened.context)
        columns: Sequence[str] = [*self._unit_parts]
        if lines and (named := self._headings(lines[0].cells)):
            columns, lines = named, lines[1:]
        overlays: dict[str, dict[str, str]] = {}
        faults: list[Refusal] = []
        first: dict[str, int] = {}
        for line in lines:
            written, *cells = line.cells
            try:
                who = self._learner(written)
                if who in first:
                    raise SaidTwice(who=written, first=first[who])
            except Malformed as fault:
                faults.append(line.fault(fault))
                continue
            first[who] = line.number
            overlays[who] = dict(zip(columns, cells, strict=False))
        raise_all(faults)
        return [row.with_texts(overlays[row.learner]) for row in self.rows_of(overlays)]

    def _headings(self, cells: Sequence[str]) -> Sequence[str]:
        """Name the columns that a line of headings has; none if it is no such line."""
        known = {code_of(e.unit).casefold(): e.unit.reference for e in self.units}
        known |= {e.unit.reference.casefold(): e.unit.reference for e in self.units}
        found = []
        for cell in cells[1:]:
            word = cell.casefold()
            part = f"grades-{known[word]}" if word in known else HEADINGS.get(word, "")
            found.append(part)
        return found if any(found) else ()

    def _learner(self, written: str) -> str:
        """Find whom a line is about: by learner ID, ULN or whole name."""
        alike = [
            who
            for who, each in self.everybody.items()
            if written.upper() in {who, each.learner.details.uln}
            or written.casefold() == each.learner.full_name.casefold()
        ]
        if len(alike) != 1:
            raise WhoIsMeant(written=written)
        return alike[0]


def write_cells(
    row: GridRow, units: Sequence[OfferedUnit], faulty: Collection[str]
) -> Markup:
    """Write the fields of a row's grades; those at fault have an id to be led to.

    A template takes five times as long, and a page has some thousands of them. What all
    rows have alike weighs next to nothing compressed: their names are those of columns.
    """
    found = []
    for place, offered in enumerate(units, start=1):
        part = f"grades-{offered.unit.reference}"
        name = escape_once(part)
        text = row.texts.get(part)
        if text is None:
            found.append(f'<td>-<input type="hidden" name="{name}"></td>')
            continue
        field = f"awards-{row.number}-{part}"
        more = f' id="{escape(field)}" class="is-faulty" aria-invalid="true"'
        found.append(
            f'<td><input name="{name}" aria-labelledby="u{place}"'
            f' value="{text and escape(text)}"{more if field in faulty else ""}></td>'
        )
    return Markup("".join(found))  # noqa: S704 - all that was typed or named is escaped


@lru_cache(1_000)
def escape_once(text: str) -> str:
    return str(escape(text))


def code_of(unit: Unit) -> str:
    """Name a unit shortly: B7, or by its number alone where its group has a long name."""
    return f"{unit.group if len(unit.group) < LONG_NAME else ''}{unit.number}"


def texts_of(award: Award) -> dict[str, str]:
    """Write an award as the fields of a row have it."""
    day = award.award_date
    return {
        TYPE: award.award_type or "",
        DATE: f"{day.day}/{day.month}/{day.year}" if day else "",
        **{f"grades-{unit}": grade for unit, grade in award.grades.items()},
    }
