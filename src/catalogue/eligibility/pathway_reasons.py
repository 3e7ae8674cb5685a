"""Explain in sentences why a pathway is not met, and give the status of each unit."""

from collections.abc import Iterator
from functools import cached_property

from catalogue.eligibility.reason import WORD, Reason, UnitStatus, all_of, code_of
from catalogue.qualification import Pathway
from catalogue.rule import LETTERS, Rule, amount, join_words
from catalogue.solver.choice import Given, LearnerGrades, amount_used
from catalogue.solver.compiled import Limit, Measure, RuleNode, Want
from catalogue.solver.nearest import NearestChoice


class PathwayReasons:
    """Explains the choice that comes nearest to meeting the rules.

    Its properties raise Undecided if time runs out.
    """

    def __init__(self, pathway: Pathway, given: Given, seconds: float) -> None:
        self.pathway = pathway
        self.given = given
        self.seconds = seconds
        self.learner = LearnerGrades(pathway.compiled_rules, given)
        self._number = {
            unit.reference: number for number, unit in enumerate(pathway.units)
        }
        self.failed = tuple(
            number for number, _ in given if number not in self.learner.achieved
        )

    @cached_property
    def _nearest_choice(self) -> NearestChoice:
        return self.pathway.decider.best(self.given, self.seconds)

    @cached_property
    def _credits_by_unit(self) -> dict[int, int]:
        return dict(self._nearest_choice.choice.credits)

    @cached_property
    def _nodes(self) -> tuple[RuleNode, ...]:
        """The rules that apply in the nearest choice."""
        return tuple(
            self._nearest_choice.choice.in_force(self.pathway.compiled_rules.nodes)
        )

    @cached_property
    def _short(self) -> tuple[Want, ...]:
        """The wants that fall short."""
        short = self._nearest_choice.outcome.short
        return tuple(
            want for node in self._nodes for want in node.wants if short[want.place]
        )

    @property
    def reasons(self) -> Iterator[Reason]:
        """Yield the reasons in the rules' order; limits and failed units come last."""
        for node in self.pathway.compiled_rules.nodes:
            if self._nearest_choice.outcome.of_rules[node.top]:
                yield from self._of_rule(node)
        if not self._nearest_choice.outcome.rank:
            yield self._of_grade()
        yield from self._of_bars()
        yield from self._of_requirements()
        yield from self._of_failed()

    @property
    def statuses(self) -> Iterator[UnitStatus]:
        """Yield the status of each unit that has a grade or is needed."""
        needed = {n for want in self._short for n in self._would_serve(want)}
        for number, unit in enumerate(self.pathway.units):
            status = self._status(number, needed)
            if status:
                yield UnitStatus(
                    reference=unit.reference,
                    status=status,
                    credits=self._credits_by_unit.get(number, 0),
                )

    def _status(self, number: int, needed: set[int]) -> str | None:
        if number in self._credits_by_unit:
            return "counts"
        if number in self.learner.achieved:
            if self._held_back(number):
                return "needs-other-unit"
            return "barred" if self._bars(number) else "surplus"
        if number in self.failed:
            return "not-achieved"
        return "needed" if number in needed else None

    def _references(self, numbers: tuple[int, ...]) -> tuple[str, ...]:
        return tuple(self.pathway.units[number].reference for number in numbers)

    @cached_property
    def _barring(self) -> tuple[Limit, ...]:
        """The limits of one unit that a counted unit uses up."""
        limits = (
            *self.pathway.compiled_rules.class_limits,
            *(limit for node in self._nodes for limit in node.limits),
        )
        return tuple(
            limit
            for limit in limits
            if not limit.of_credits
            and limit.most == 1
            and not limit.units.isdisjoint(self._credits_by_unit)
        )

    def _bars(self, number: int) -> tuple[Limit, ...]:
        """Find the limits that keep a unit out because another unit counts."""
        return tuple(
            limit
            for limit in self._barring
            if number in limit.units
            and any(other in self._credits_by_unit for other in limit.units - {number})
        )

    def _held_back(self, number: int) -> tuple[RuleNode, ...]:
        """Find the rules that keep a unit out because another unit is not achieved."""
        return tuple(
            node
            for node in self._nodes
            if node.requires
            and number in node.requires.units
            and not self.learner.has_what_it_needs(node)
        )

    @cached_property
    def _without_room(self) -> frozenset[int]:
        """The units under a limit that is used up."""
        whole = self.pathway.compiled_rules.credits
        return frozenset(
            number
            for node in self._nodes
            for limit in node.limits
            if amount_used(limit, self._credits_by_unit) >= limit.most
            for number in limit.units
            if whole[number] or not limit.of_credits
        )

    def _would_serve(self, want: Want) -> tuple[int, ...]:
        """Find the units that would reduce the shortfall if achieved, or with a better grade."""
        units, given = self.pathway.units, self.learner.given
        there = set(given) if want.looks_at_attempts else set(self.learner.achieved)
        return tuple(
            number
            for number in sorted(want.worth)
            if (
                number not in there
                or not want.gain(number, units[number], given[number])
            )
            and want.gain(number, units[number], units[number].highest)
            and (
                want.looks_at_attempts
                or number in self._credits_by_unit
                or (
                    number not in self._without_room
                    and not self._bars(number)
                    and not self._held_back(number)
                )
            )
        )

    def _left_out(self, want: Want) -> tuple[int, ...]:
        """Find the achieved units that the want looks for but that do not count whole."""
        gains, units = self.learner.gains, self.pathway.units
        return tuple(
            number
            for number in self.learner.achieved
            if gains[number][want.place]
            and self._credits_by_unit.get(number, -1) < units[number].credits
        )

    def _of_rule(self, node: RuleNode) -> Iterator[Reason]:
        conflict = self._can_meet(node.top)
        if node.lists and not conflict:
            yield self._no_list(node)
        top = self.pathway.rules[node.top]
        for each in self._nearest_choice.choice.in_force((node,)):
            for want in each.wants:
                if want in self._short:
                    yield (
                        self._conflict(top, want) if conflict else self._shortage(want)
                    )

    def _can_meet(self, top: int) -> bool:
        return self.pathway.decider.can_meet(self.given, top, self.seconds)

    def _no_list(self, node: RuleNode) -> Reason:
        alternatives = node.rule.sentence.split(": ", 1)[1]
        nearest = LETTERS[self._nearest_choice.choice.picks[node]]
        return Reason(
            code="alternatives-not-met",
            rule=node.top,
            message=(
                f"None of these alternatives is met: {alternatives} "
                f"The nearest is ({nearest})."
            ),
        )

    def _reason(
        self, code: str, want: Want, units: tuple[int, ...], message: str
    ) -> Reason:
        return Reason(
            code=code,
            rule=want.top,
            required=want.required,
            achieved=self._nearest_choice.outcome.values[want.place],
            units=self._references(units),
            message=message,
        )

    def _conflict(self, top: Rule, want: Want) -> Reason:
        value = self._nearest_choice.outcome.values[want.place]
        message = (
            f'"{top.sentence}" can be met, and so can the other rules, but not together: '
            f"what counts for them leaves {value} of {want.required} here."
        )
        return self._reason("rules-conflict", want, self._left_out(want), message)

    def _shortage(self, want: Want) -> Reason:
        value, rule = self._nearest_choice.outcome.values[want.place], want.rule
        done = "attempted" if want.looks_at_attempts else "achieved"
        have = (
            f"{value} {'is' if value == 1 else 'are'} {done}, "
            f"{want.required - value} short."
        )
        units = self._would_serve(want)
        if want.measure is Measure.ALL_UNITS:
            missing = join_words(tuple(self._missing(want)))
            message = f"{all_of(want)}; {have} Missing: {missing}."
        else:
            place = rule.place[0].upper() + rule.place[1:]
            attempted = " attempted" if want.looks_at_attempts else ""
            message = (
                f"{place} need{'' if rule.is_several else 's'} at least "
                f"{amount(want.required, WORD[want.measure])}{rule.filter_phrase}"
                f"{attempted}; {have}"
            )
        return self._reason(code_of(want), want, units, message)

    def _missing(self, want: Want) -> Iterator[str]:
        """Name the classes of equivalent units of which none counts."""
        there = self.learner.given if want.looks_at_attempts else self._credits_by_unit
        for units in want.rule.classes:
            numbers = [self._number[unit.reference] for unit in units]
            if not any(number in there for number in numbers):
                yield join_words(tuple(unit.title for unit in units), "or")

    def _of_grade(self) -> Reason:
        grading, rules = self.pathway.grading, self.pathway.compiled_rules
        if grading.kind == "grid":
            return Reason(code="no-overall-grade", message=self._cells())
        lowest = grading.thresholds[0]
        have = int(self._nearest_choice.outcome.shares * rules.share // 1)
        better = {
            number
            for number in self.learner.achieved
            if rules.shares(number, self.learner.given[number])
            < rules.shares(number, self.pathway.units[number].highest)
        }
        further = {
            number
            for number in range(len(self.pathway.units))
            if number not in self.learner.achieved
            and rules.shares(number, self.pathway.units[number].highest)
            and number not in self._without_room
            and not self._bars(number)
            and not self._held_back(number)
        }
        return Reason(
            code="points-short",
            required=lowest.points,
            achieved=have,
            units=self._references(tuple(sorted(better | further))),
            message=(
                f"The overall grade {lowest.grade} needs at least "
                f"{amount(lowest.points, 'point')}; "
                f"{have} {'is' if have == 1 else 'are'} achieved, "
                f"{lowest.points - have} short."
            ),
        )

    def _cells(self) -> str:
        """Say which grades of the grid are reached, and that no overall grade belongs to them."""
        said, missing = [], []
        for component in self.pathway.grading.components:
            grades = {
                self.learner.given[number]: None
                for number in (self._number[unit.reference] for unit in component.units)
                if number in self._credits_by_unit
            }
            if grades:
                said.append(f"{join_words(tuple(grades), 'or')} in {component.title}")
            else:
                missing.append(component.title)
        if missing:
            return (
                f"No unit counts for {join_words(tuple(missing))}, so there is no overall "
                "grade: a unit of every component is needed."
            )
        return (
            f"No overall grade is given for {join_words(tuple(said))}. "
            "Look up in the specification which grades go together."
        )

    def _of_bars(self) -> Iterator[Reason]:
        """Explain each wanted, achieved unit that another unit keeps from counting."""
        kept_out: dict[Limit, list[int]] = {}
        for number in self._unused_units():
            for limit in self._bars(number):
                kept_out.setdefault(limit, []).append(number)
        for limit in self.pathway.compiled_rules.class_limits:
            numbers = [n for n in kept_out.get(limit, ()) if self._adds_up(n)]
            if numbers:
                units = self._references(tuple(sorted(limit.units)))
                why = f"Of the equivalent units {join_words(units)} only one may count"
                yield self._barred_reason(None, why, numbers)
        for node in self._nodes:
            for limit in node.limits:
                if limit in kept_out:
                    yield self._barred_reason(
                        node.top, node.rule.sentence[:-1], kept_out[limit]
                    )

    def _barred_reason(self, top: int | None, why: str, numbers: list[int]) -> Reason:
        units = self._references(tuple(numbers))
        return Reason(
            code="barred-combination",
            rule=top,
            required=1,
            achieved=1 + len(numbers),
            units=units,
            message=f"{why}; {join_words(units)} cannot count as well.",
        )

    def _of_requirements(self) -> Iterator[Reason]:
        """Explain each wanted unit that does not count until another one is achieved."""
        unused = self._unused_units()
        for node in self._nodes:
            kept_out = tuple(n for n in unused if node in self._held_back(n))
            if node.requires and kept_out:
                missing = tuple(
                    tuple(sorted(units))
                    for units in node.requires.needs
                    if units.isdisjoint(self.learner.achieved)
                )
                needs = tuple(
                    join_words(self._references(each), "or") for each in missing
                )
                yield Reason(
                    code="requirement-missing",
                    rule=node.top,
                    required=len(node.requires.needs),
                    achieved=len(node.requires.needs) - len(missing),
                    units=self._references(tuple(n for each in missing for n in each)),
                    message=f"{join_words(self._references(kept_out))} cannot count until "
                    f"{join_words(needs)} {'is' if len(needs) == 1 else 'are'} achieved.",
                )

    def _unused_units(self) -> tuple[int, ...]:
        """Find the achieved units that a failed want looks for but that do not count."""
        gains, shares = self.learner.gains, self.learner.shares
        points_short = not self._nearest_choice.outcome.rank
        return tuple(
            number
            for number in self.learner.achieved
            if number not in self._credits_by_unit
            and (
                any(gains[number][want.place] for want in self._short)
                or (points_short and shares[number])
            )
        )

    def _adds_up(self, number: int) -> bool:
        """Whether a unit together with its equivalent would give more than one of them."""
        gains = self.learner.gains[number]
        return not self._nearest_choice.outcome.rank or any(
            gains[want.place]
            for want in self._short
            if want.measure in {Measure.CREDITS, Measure.GLH}
        )

    def _of_failed(self) -> Iterator[Reason]:
        """Name the units that a failed rule wants and whose grade does not achieve them."""
        wanted = {
            number
            for want in self._short
            if not want.looks_at_attempts
            for number in want.worth
        }
        units = self._references(tuple(n for n in self.failed if n in wanted))
        if units:
            yield Reason(
                code="not-achieved",
                units=units,
                message=f"The grade given does not achieve {join_words(units)}.",
            )
