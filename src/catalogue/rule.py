"""One rule of combination, as the file states it and in a plain sentence."""

from collections.abc import Iterator
from dataclasses import dataclass

from catalogue.unit import Unit, equivalents

LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")
NUMERALS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
"""The names of alternatives, and of alternatives inside an alternative."""
WORDS = ("unit", "credit", "guided learning hour")


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """Units that count only if others are achieved.

    ``units`` and each of ``needs`` hold one unit with all its equivalents; the unit that
    the file names comes first.
    """

    units: tuple[Unit, ...]
    needs: tuple[tuple[Unit, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule: the minima and limits of the units that it covers.

    ``covers`` are the units of ``group``, ``groups`` or ``units`` and their equivalents, in
    catalogue order; an ``any_of`` or ``requires`` rule covers none. With
    ``counts_attempted``, minima and ``all_units`` look at attempted units.
    """

    covers: tuple[Unit, ...] = ()
    group: str | None = None
    groups: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    all_units: bool = False
    minimum_units: int | None = None
    minimum_credits: int | None = None
    minimum_glh: int | None = None
    at_or_above_level: int | None = None
    at_least_grade: str | None = None
    counts_attempted: bool = False
    counts_at_most: int | None = None
    at_most_units: int | None = None
    any_of: tuple[tuple["Rule", ...], ...] = ()
    requires: Requirement | None = None

    @property
    def has_minimum(self) -> bool:
        """Whether the rule sets a minimum, which a level or a grade can filter."""
        return any(least is not None for least in self.minima)

    @property
    def minima(self) -> tuple[int | None, int | None, int | None]:
        return (self.minimum_units, self.minimum_credits, self.minimum_glh)

    @property
    def has_limit(self) -> bool:
        """Whether the rule limits the units that count."""
        return (
            self.counts_at_most is not None
            or self.at_most_units is not None
            or self.requires is not None
        )

    @property
    def says_something(self) -> bool:
        """Whether some choice of units could break the rule."""
        return self.all_units or self.has_minimum or self.has_limit or bool(self.any_of)

    @property
    def classes(self) -> tuple[tuple[Unit, ...], ...]:
        """The covered units, each together with its equivalents, in catalogue order."""
        return equivalents(self.covers)

    def is_wanted(self, unit: Unit, grade: str) -> bool:
        """Whether the rule's minima look at a covered unit with this grade."""
        return (
            self.at_or_above_level is None or unit.level >= self.at_or_above_level
        ) and (
            self.at_least_grade is None or unit.is_at_least(grade, self.at_least_grade)
        )

    @property
    def rules_within(self) -> Iterator["Rule"]:
        """Yield this rule, then every rule in its lists, outermost first."""
        yield self
        for rules in self.any_of:
            for rule in rules:
                yield from rule.rules_within

    @property
    def place(self) -> str:
        """The covered units in words: ``group A``, ``groups A, B and C``, or references."""
        groups = self.groups or tuple(filter(None, (self.group,)))
        if groups:
            return f"group{'s' * (len(groups) > 1)} {join_words(groups)}"
        return f"the unit{'s' * (len(self.names) > 1)} {join_words(self.names)}"

    @property
    def names(self) -> tuple[str, ...]:
        """The entries of ``units``, each with its equivalents: ``A/1``, ``B/1 (or C/1)``."""
        found: dict[tuple[str, ...], str] = {}
        for reference in self.units:
            alike = next(
                tuple(unit.reference for unit in units)
                for units in self.classes
                if any(unit.reference == reference for unit in units)
            )
            others = tuple(each for each in alike if each != reference)
            found.setdefault(
                alike,
                f"{reference} (or {join_words(others, 'or')})" if others else reference,
            )
        return tuple(found.values())

    @property
    def is_several(self) -> bool:
        """Whether ``place`` names several groups or units."""
        return len(self.groups) > 1 or (bool(self.units) and len(self.classes) > 1)

    @property
    def filter_phrase(self) -> str:
        """The filters by level and grade, as words that follow an amount; empty if none."""
        level = self.at_or_above_level
        return (f" at level {level} or above" if level is not None else "") + (
            f" with grade {self.at_least_grade} or better"
            if self.at_least_grade
            else ""
        )

    @property
    def sentence(self) -> str:
        """The rule as one plain sentence."""
        text = "; ".join(self._clauses())
        return text[0].upper() + text[1:] + "."

    def _clauses(self, names: tuple[str, ...] = LETTERS) -> Iterator[str]:
        if self.any_of:
            yield f"one of: {self._alternatives(names)}"
        if self.requires is not None:
            needs = tuple(map(_either, self.requires.needs))
            verb = "is" if len(needs) == 1 else "are"
            units = _either(self.requires.units)
            yield f"{units} counts only if {join_words(needs)} {verb} achieved"
        if self.all_units:
            attempted = " must be attempted" if self.counts_attempted else ""
            whole = "" if self.units and not self.is_several else "all of "
            yield f"{whole}{self.place}{attempted} ({self._extent()})"
        yield from self._minimum_clauses()
        if self.counts_at_most is not None:
            yield f"at most {amount(self.counts_at_most, 'credit')} from {self.place} count"
        if self.at_most_units is not None:
            most = (
                "only one"
                if self.at_most_units == 1
                else f"at most {self.at_most_units}"
            )
            yield f"{most} of {self.place} may count"

    def _alternatives(self, names: tuple[str, ...]) -> str:
        alternatives = (
            ", and ".join(
                clause
                for rule in rules
                for clause in rule._clauses(NUMERALS)  # noqa: SLF001 - of its own kind
            )
            for rules in self.any_of
        )
        return "; or ".join(
            f"({name}) {alternative}"
            for name, alternative in zip(names, alternatives, strict=False)
        )

    def _minimum_clauses(self) -> Iterator[str]:
        attempted = "attempted " if self.counts_attempted else ""
        for least, word in zip(self.minima, WORDS, strict=True):
            if least is None:
                continue
            said = amount(least, f"{attempted}{word}")
            of = "from"
            if self.units and word == "unit":
                said, of = f"{least}{f' {attempted}'.rstrip()}", "of"
            yield f"at least {said} {of} {self.place}{self.filter_phrase}"

    def _extent(self) -> str:
        """Say how many units the rule covers, and how many credits if equivalents agree on them."""
        units = amount(len(self.classes), "unit")
        credits_ = [{unit.credits for unit in each} for each in self.classes]
        if any(len(each) > 1 for each in credits_):
            return units
        total = sum(map(sum, credits_))
        return f"{units}, {amount(total, 'credit')}" if total else units


def _either(units: tuple[Unit, ...]) -> str:
    """Name a unit and its equivalents: ``L/506/1788``, ``L/506/1788 or T/506/1798``."""
    return join_words(tuple(unit.reference for unit in units), "or")


def amount(number: int, word: str, words: str = "") -> str:
    """Write a number of things: ``1 credit``, ``12 credits``.

    ``words`` is the plural, where it is not ``word`` with an s.
    """
    return f"{number} {word if number == 1 else words or f'{word}s'}"


def join_words(words: tuple[str, ...], joint: str = "and") -> str:
    """Join words into a list: ``A``, ``A and B``, ``A, B and C``."""
    if len(words) < 2:  # noqa: PLR2004 - one word needs no "and"
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"
