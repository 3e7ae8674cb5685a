"""Where a learner stands on one pathway: met or not, why, and what would fix it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from catalogue.choice import Choice, can_be_met, choose
from catalogue.combination import Combination, Measure, Minimum
from catalogue.fixes import fixes
from catalogue.qualification import Pathway
from catalogue.rule import Rule, amount, listed

PASSED = "Pass"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a pathway is not met: what a rule needs, what there is, which units would serve.

    ``rule`` counts from 0 and is None where the reason is no single rule's.
    """

    code: str
    message: str
    rule: int | None = None
    required: int | None = None
    achieved: int | None = None
    units: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UnitStatus:
    """How a unit stands: ``counts``, ``surplus``, ``barred``, ``not-achieved``, ``needed``.

    ``credits`` are those that count.
    """

    reference: str
    status: str
    credits: int = 0


@dataclass(frozen=True, kw_only=True)
class PathwayAssessment:
    """What grades come to on one pathway, worked out when asked for.

    ``achieved`` are the grades of achieved units by their number, in order, ``failed``
    the numbers of units given a grade that does not achieve; ``first`` are reasons that
    the rules know nothing of.
    """

    pathway: Pathway
    achieved: Mapping[int, str]
    failed: tuple[int, ...]
    first: tuple[Reason, ...] = ()

    @cached_property
    def combination(self) -> Combination:
        """The rules, with points by the grades of the units where points are given."""
        marks = self.pathway.marks
        return marks.graded(self.achieved) if marks else self.pathway.combination

    @cached_property
    def met(self) -> bool:
        """Whether the rules are met, and with points the lowest threshold too."""
        return can_be_met(self.pathway.combination, self.achieved) and (
            self.pathway.marks is None or not self._short
        )

    @cached_property
    def choice(self) -> Choice:
        """The best of what could count: it meets the rules, or comes nearest."""
        return choose(self.combination, self.achieved)

    @property
    def overall_grade(self) -> str | None:
        """What a Full award is graded on this pathway; None where it is not met."""
        if not self.met:
            return None
        marks = self.pathway.marks
        return marks.grade(self.choice.values[-1]) if marks else PASSED

    @property
    def code(self) -> str:
        return self.pathway.code

    @property
    def title(self) -> str:
        return self.pathway.title

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Why not, in the rules' order; what bars and failed units add comes after."""
        if self.met:
            return self.first
        return (*self.first, *self._of_rules(), *self._of_bars(), *self._of_failed())

    @cached_property
    def ways_to_fix(self) -> tuple[tuple[str, ...], ...]:
        """The smallest sets of further units that satisfy the rules; none when met (I4)."""
        if self.met:
            return ()
        return tuple(
            tuple(map(self._reference, fix))
            for fix in fixes(self.combination, self.achieved)
        )

    @cached_property
    def units(self) -> tuple[UnitStatus, ...]:
        """Every unit with a grade, and those that a broken rule still needs."""
        return tuple(self._statuses())

    def _reference(self, number: int) -> str:
        return self.pathway.units[number].reference

    @cached_property
    def _counted(self) -> dict[int, int]:
        """The credits of each unit that counts."""
        credits_ = {n: self.pathway.units[n].credits for n in self.achieved}
        for number, some in self.choice.contested.items():
            if some is None:
                del credits_[number]
            else:
                credits_[number] = some
        return credits_

    @cached_property
    def _short(self) -> tuple[tuple[Minimum, int], ...]:
        """The minima that are not met, each with its value."""
        minima = self.combination.minima
        return tuple(
            (minimum, value)
            for minimum, value in zip(minima, self.choice.values, strict=True)
            if value < minimum.required
        )

    def _can_be_met_alone(self, rule: int) -> bool:
        if not self.choice.contested:
            return False
        combination = self.pathway.combination
        alone = choose(combination, self.achieved, rule=rule)
        return all(
            value >= minimum.required
            for minimum, value in zip(combination.minima, alone.values, strict=True)
            if minimum.rule == rule
        )

    def _bars(self, number: int) -> Iterator[int]:
        """Find the rules that keep a unit out because another of their units counts."""
        for bar in self.pathway.combination.bars:
            if number in bar.units and any(
                other in self._counted for other in bar.units if other != number
            ):
                yield bar.rule

    def _has_room(self, number: int) -> bool:
        """Whether every cap over the unit leaves something for it."""
        return not self.pathway.units[number].credits or all(
            sum(self._counted.get(other, 0) for other in cap.units) < cap.most
            for cap in self.pathway.combination.caps
            if number in cap.units
        )

    def _would_serve(self, minimum: Minimum) -> tuple[int, ...]:
        """Find the units not achieved that would bring the minimum nearer."""
        return tuple(
            number
            for number, worth in sorted(minimum.worth.items())
            if worth
            and number not in self.achieved
            and self._has_room(number)
            and not any(self._bars(number))
        )

    def _left_out(self, minimum: Minimum) -> tuple[int, ...]:
        """Find the achieved units that the minimum wants and that do not count whole."""
        return tuple(
            number
            for number, worth in sorted(minimum.worth.items())
            if worth
            and number in self.achieved
            and self._counted.get(number, -1) < self.pathway.units[number].credits
        )

    def _of_rules(self) -> Iterator[Reason]:
        alone = {
            rule
            for rule in {m.rule for m, _ in self._short}
            if rule is not None and self._can_be_met_alone(rule)
        }
        for minimum, value in self._short:
            if minimum.rule is None:
                yield self._points_short(minimum, value)
            else:
                rule = self.pathway.rules[minimum.rule]
                say = self._conflict if minimum.rule in alone else self._shortage
                yield say(rule, minimum, value)

    def _reason(
        self,
        code: str,
        minimum: Minimum,
        value: int,
        units: tuple[int, ...],
        message: str,
    ) -> Reason:
        return Reason(
            code=code,
            rule=minimum.rule,
            required=minimum.required,
            achieved=value,
            units=tuple(map(self._reference, units)),
            message=message,
        )

    def _points_short(self, minimum: Minimum, value: int) -> Reason:
        marks = self.pathway.marks
        if marks is None:
            raise ValueError("No points are given on this pathway.")
        lowest = marks.grading.thresholds[0]
        have, short = marks.points(value), lowest.points - marks.points(value)
        better = tuple(
            number
            for number, grade in self.achieved.items()
            if marks.of[number][grade] < marks.most[number]
        )
        units = tuple(sorted({*better, *self._would_serve(minimum)}))
        return Reason(
            code="points-short",
            required=lowest.points,
            achieved=have,
            units=tuple(map(self._reference, units)),
            message=(
                f"The overall grade {lowest.grade} needs at least "
                f"{amount(lowest.points, 'point')}; "
                f"{have} {'is' if have == 1 else 'are'} achieved, {short} short."
            ),
        )

    def _conflict(self, rule: Rule, minimum: Minimum, value: int) -> Reason:
        message = (
            f'"{rule.sentence}" can be met, and so can the other rules, but not together: '
            f"what counts for them leaves {value} of {minimum.required} here."
        )
        return self._reason(
            "rules-conflict", minimum, value, self._left_out(minimum), message
        )

    def _shortage(self, rule: Rule, minimum: Minimum, value: int) -> Reason:
        place = rule.place[0].upper() + rule.place[1:]
        verb = "needs" if len(rule.groups) < 2 and not rule.units else "need"  # noqa: PLR2004 - one group, or several
        required, short = minimum.required, minimum.required - value
        have = f"{value} {'is' if value == 1 else 'are'} achieved, {short} short."
        units = self._would_serve(minimum)
        if minimum.measure is Measure.ALL_UNITS:
            missing = tuple(
                self.pathway.units[n].title
                for n in sorted(minimum.worth)
                if n not in self._counted
            )
            message = (
                f"{place} {verb} all {amount(required, 'unit')}; {have} "
                f"Missing: {listed(missing)}."
            )
            return self._reason("units-missing", minimum, value, units, message)
        code, word = {
            Measure.UNITS: ("units-short", "unit"),
            Measure.CREDITS: (
                "credits-short"
                if rule.at_or_above_level is None
                else "level-credits-short",
                "credit",
            ),
            Measure.GLH: ("glh-short", "guided learning hour"),
        }[minimum.measure]
        message = f"{place} {verb} at least {amount(required, word)}{rule.level_phrase}; {have}"
        return self._reason(code, minimum, value, units, message)

    def _of_bars(self) -> Iterator[Reason]:
        """Name the bars that leave out an achieved unit which a broken rule wants."""
        wanted = {
            n
            for minimum, _ in self._short
            for n, worth in minimum.worth.items()
            if worth
        }
        kept_out: dict[int, list[int]] = {}
        for number in self.achieved:
            if number in wanted and number not in self._counted:
                for rule in self._bars(number):
                    kept_out.setdefault(rule, []).append(number)
        for rule, numbers in sorted(kept_out.items()):
            barred = tuple(map(self._reference, numbers))
            yield Reason(
                code="barred-combination",
                rule=rule,
                required=1,
                achieved=1 + len(numbers),
                units=barred,
                message=(
                    f"{self.pathway.rules[rule].sentence[:-1]}; "
                    f"{listed(barred)} cannot count as well."
                ),
            )

    def _of_failed(self) -> Iterator[Reason]:
        """Name the units that a broken rule wants and whose grade does not achieve them."""
        wanted = {
            n
            for minimum, _ in self._short
            for n, worth in minimum.worth.items()
            if worth
        }
        units = tuple(self._reference(n) for n in self.failed if n in wanted)
        if units:
            yield Reason(
                code="not-achieved",
                units=units,
                message=f"The grade given does not achieve {listed(units)}.",
            )

    def _statuses(self) -> Iterator[UnitStatus]:
        needed = {n for minimum, _ in self._short for n in self._would_serve(minimum)}
        for number, unit in enumerate(self.pathway.units):
            if number in self._counted:
                yield UnitStatus(
                    reference=unit.reference,
                    status="counts",
                    credits=self._counted[number],
                )
            elif number in self.achieved:
                status = "barred" if any(self._bars(number)) else "surplus"
                yield UnitStatus(reference=unit.reference, status=status)
            elif number in self.failed:
                yield UnitStatus(reference=unit.reference, status="not-achieved")
            elif number in needed:
                yield UnitStatus(reference=unit.reference, status="needed")
