"""States the rules of a pathway for one learner as a model for the solver."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from catalogue.solver.choice import Choice, LearnerGrades
from catalogue.solver.compiled import Limit, Requires, RuleNode, Want
from catalogue.solver.cp_sat import EFFORTS, EFFORTS_FOR_FIXES, Model, Terms

UNBOUNDED = 2**63 - 1
ALWAYS: tuple[int, ...] = ()
"""The condition of rules that are in force whichever lists are picked."""


class Program:
    """Variables say what counts; constraints state the limits and wants of the rules.

    The learner may also achieve the units in ``free``, each with the lowest grade that
    achieves it. In ``model`` a want may fall short; ``short`` holds the variables of how
    far. In ``satisfying()`` none falls short. With ``each_apart`` no two units share a
    variable of the credits that caps take off them.
    """

    def __init__(
        self,
        learner: LearnerGrades,
        *,
        free: Sequence[int] = (),
        each_apart: bool = False,
    ) -> None:
        self.learner = learner
        self.rules = learner.rules
        self.model = Model(EFFORTS_FOR_FIXES if free else EFFORTS)
        self.grades = learner.given | {n: self.rules.lowest[n] for n in free}
        self.counts: dict[int, int] = {}
        self.less: dict[tuple[int, ...], int] = {}
        self.picked: dict[RuleNode, tuple[int, ...]] = {}
        self.short: dict[Want, int] = {}
        self.points: list[tuple[int, int]] = []
        self.cells: list[tuple[int, int]] = []
        self.free = tuple(free)
        self._gains = {
            n: self.rules.gives(n, self.grades[n]) for n in (*learner.achieved, *free)
        }
        contested = self._contested_units()
        for number in sorted((*learner.achieved, *free)):
            sure = number not in contested and number not in self.free
            self.counts[number] = self.model.variable(int(sure), 1)
        self.added = {n: self._addition(n, contested) for n in self.free}
        self._force = dict(self._forces(self.rules.nodes, ALWAYS))
        self._parts(each_apart=each_apart)
        for limit in self.rules.class_limits:
            self._limit(limit, ALWAYS)
        for node, where in self._force.items():
            for limit in node.limits:
                self._limit(limit, where)
            if node.requires:
                self._require(node.requires, where)
            for want in node.wants:
                self._want(want, where)
        self._grade()

    def _binds(self, limit: Limit) -> bool:
        """Tell whether the limit is exceeded if all units count."""
        credits_ = self.rules.credits
        mine = [credits_[n] for n in limit.units if n in self._gains]
        return (sum(mine) if limit.of_credits else len(mine)) > limit.most

    def _contested_units(self) -> frozenset[int]:
        """Find the units that a limit or a requirement may exclude; all others count."""
        limits = (
            *self.rules.class_limits,
            *(limit for node in self.rules.all_nodes for limit in node.limits),
        )
        return frozenset[int]().union(
            *(limit.units for limit in limits if self._binds(limit)),
            *(n.requires.units for n in self.rules.all_nodes if n.requires),
        )

    def _addition(self, number: int, contested: frozenset[int]) -> int:
        """Make the variable that says whether a free unit is achieved.

        It is the variable that says whether the unit counts, unless a rule looks at units
        that are achieved and do not count, and something may exclude this unit.
        """
        rules, counts = self.rules, self.counts[number]
        looked_at = any(
            want.looks_at_attempts and len(set(self._gain_of_attempt(want, number))) > 1
            for want in rules.wants
        ) or any(
            number in needed
            for node in rules.all_nodes
            if node.requires
            for needed in node.requires.needs
        )
        if not looked_at or number not in contested:
            return counts
        added = self.model.variable(0, 1)
        self.model.add([(added, 1), (counts, -1)], 0, 1)
        return added

    def _forces(
        self, nodes: Iterable[RuleNode], where: tuple[int, ...]
    ) -> Iterator[tuple[RuleNode, tuple[int, ...]]]:
        """Give each rule with the condition under which it is in force."""
        for node in nodes:
            yield node, where
            if node.lists:
                picked = tuple(self.model.variable(0, 1) for _ in node.lists)
                self.picked[node] = picked
                ones = [(each, 1) for each in picked]
                if where:
                    self.model.add([*ones, (where[0], -1)], 0, 0)
                else:
                    self.model.add(ones, 1, 1)
                for each, condition in zip(node.lists, picked, strict=True):
                    yield from self._forces(each, (condition,))

    def _parts(self, *, each_apart: bool) -> None:
        """Make variables, 0 or less, of the credits that caps take off units that count.

        Units under the same caps share a variable if no rule distinguishes their credits:
        it then does not matter which unit the credits are taken off.
        """
        caps = [
            (limit.units, where)
            for node, where in self._force.items()
            for limit in node.limits
            if limit.of_credits and self._binds(limit)
        ]
        whole = self.rules.credits
        alike: dict[tuple[tuple[int, ...], object], list[int]] = {}
        for number in self.counts:
            over = tuple(at for at, (units, _) in enumerate(caps) if number in units)
            if over and whole[number] > 1:
                seen = number if each_apart else self._seen_in_parts(number)
                alike.setdefault((over, seen), []).append(number)
        for (over, _), units in alike.items():
            most = sum(whole[n] - 1 for n in units)
            less = self.less[tuple(units)] = self.model.variable(-most, 0)
            room = [(self.counts[n], whole[n] - 1) for n in units]
            self.model.add([(less, 1), *room], 0, most)
            conditions = [caps[at][1] for at in over]
            if ALWAYS not in conditions:
                room = [(picked, most) for (picked,) in conditions]
                self.model.add([(less, 1), *room], 0, most * len(room))

    def _seen_in_parts(self, number: int) -> object:
        """Give what distinguishes a unit's credits: the minima they count for, and points."""
        gains = self._gains[number]
        wants = [want.place for want in self.rules.wants if want.in_parts]
        return (*(gains[place] > 0 for place in wants), self._rate(number))

    def _rate(self, number: int) -> int:
        """Give the points, in shares, that a credit of the unit is worth."""
        whole = self.rules.credits[number]
        return self.rules.shares(number, self.grades[number]) // whole if whole else 0

    def credits(self, numbers: Collection[int]) -> list[tuple[int, int]]:
        """Make the terms of the credits of these units that count.

        Units that share a variable must be given together.
        """
        terms = [
            (self.counts[n], whole) for n in numbers if (whole := self.rules.credits[n])
        ]
        terms += [(less, 1) for units, less in self.less.items() if units[0] in numbers]
        return terms

    def _limit(self, limit: Limit, where: tuple[int, ...]) -> None:
        if not self._binds(limit):
            return
        mine = sorted(number for number in limit.units if number in self.counts)
        if limit.of_credits:
            terms = self.credits(mine)
        else:
            terms = [(self.counts[n], 1) for n in mine]
        if limit.most == 1 and not limit.of_credits and not where:
            self.model.at_most_one([variable for variable, _ in terms])
        else:
            self.model.add(terms, 0, limit.most, where)

    def _require(self, requires: Requires, where: tuple[int, ...]) -> None:
        for needed in requires.needs:
            if not needed.isdisjoint(self.learner.achieved):
                continue
            added = [(self.added[n], -1) for n in sorted(needed) if n in self.added]
            for number in sorted(requires.units):
                if number in self.counts:
                    self.model.add(
                        [(self.counts[number], 1), *added], -len(added), 0, where
                    )

    def _want(self, want: Want, where: tuple[int, ...]) -> None:
        terms: list[tuple[int, int]] = []
        have = 0
        if want.looks_at_attempts:
            if self.free:
                terms, have = self._attempts(want)
            else:
                have = self.learner.attempts[want.place]
        else:
            giving = {n: g for n in self.counts if (g := self._gains[n][want.place])}
            if want.in_parts:
                terms = self.credits(giving)
            else:
                terms = [(self.counts[n], gain) for n, gain in giving.items()]
        self.short[want] = self.model.variable(0, want.required)
        if want.required > have:
            terms.append((self.short[want], 1))
            self.model.add(terms, want.required - have, UNBOUNDED, where)

    def _attempts(self, want: Want) -> tuple[list[tuple[int, int]], int]:
        """Make the terms of a want over attempted units, and give the part that is certain.

        Of equivalent units one is summed, with its grade or with the one it may achieve.
        """
        terms: list[tuple[int, int]] = []
        have = 0
        together = {n: units for units in self.rules.classes for n in units}
        classes = {together.get(n, frozenset({n})): None for n in sorted(want.worth)}
        for units in classes:
            if len(units) > 1:
                options = [
                    each for n in sorted(units) for each in self._options(want, n)
                ]
                terms += options
                self.model.at_most_one([variable for variable, _ in options])
                continue
            (number,) = units
            now, then = self._gain_of_attempt(want, number)
            have += now
            if number in self.added and now != then:
                terms.append((self.added[number], then - now))
        return terms, have

    def _gain_of_attempt(self, want: Want, number: int) -> tuple[int, int]:
        """Give what a unit contributes with its grade, and with the lowest that achieves it."""
        if number not in want.worth:
            return 0, 0
        unit, given = self.rules.units[number], self.learner.given.get(number)
        now = want.gain(number, unit, given) if given else 0
        return now, want.gain(number, unit, self.rules.lowest[number])

    def _options(self, want: Want, number: int) -> Iterator[tuple[int, int]]:
        """Make a variable for each grade with which a unit may stand for its class."""
        now, then = self._gain_of_attempt(want, number)
        added = self.added.get(number)
        if now:
            stays = self.model.variable(0, 1)
            if added is not None:
                self.model.add([(stays, 1), (added, 1)], 0, 1)
            yield stays, now
        if added is not None and then:
            is_added = self.model.variable(0, 1)
            self.model.add([(added, 1), (is_added, -1)], 0, 1)
            yield is_added, then

    def satisfying(self, *, rank: int = 1) -> Model:
        """Copy the model, and require that all rules are met with at least this grade.

        ``rank`` is the rank of the overall grade, from 1 for the lowest; 0 requires none.
        """
        model = self.model.copy()
        for short in self.short.values():
            model.fix(short, 0)
        kind = self.rules.grading.kind
        if rank and kind == "points":
            _at_least(model, self.points, self.rules.threshold_shares[rank - 1])
        elif rank and kind == "grid":
            cells = [(cell, 1) for cell, of in self.cells if of >= rank]
            _at_least(model, cells, 1)
        return model

    def _grade(self) -> None:
        if self.rules.grading.kind == "points":
            self._points()
        elif self.rules.grading.kind == "grid":
            self._grid()

    def _points(self) -> None:
        best = self.rules.grading.best
        if best is None:
            for number, counts in self.counts.items():
                shares = self.rules.shares(number, self.grades[number])
                if shares:
                    self.points.append((counts, shares))
            for units, less in self.less.items():
                if rate := self._rate(units[0]):
                    self.points.append((less, rate))
            return
        of_rate: dict[int, list[int]] = {}
        for number in self.counts:
            of_rate.setdefault(self._rate(number), []).append(number)
        for rate, alike in of_rate.items():
            if rate:
                most = sum(self.rules.credits[n] for n in alike)
                part = self.model.variable(0, most)
                self.model.add([*self.credits(alike), (part, -1)], 0, UNBOUNDED)
                self.points.append((part, rate))
        if self.points:
            self.model.add([(part, 1) for part, _ in self.points], 0, best.credits)

    def _grid(self) -> None:
        """Make a variable for each cell of the grid that units which count can lead to."""
        named: list[dict[str, int]] = []
        for units in self.rules.components:
            of_grade: dict[str, list[int]] = {}
            for number in sorted(units):
                if number in self.counts:
                    of_grade.setdefault(self.grades[number], []).append(
                        self.counts[number]
                    )
            rows = {}
            for grade, variables in of_grade.items():
                rows[grade] = self.model.variable(0, 1)
                self.model.add(
                    [(rows[grade], -1), *((v, 1) for v in variables)], 0, len(variables)
                )
            named.append(rows)
        for key, rank in self.rules.cells:
            if all(grade in rows for grade, rows in zip(key, named, strict=True)):
                cell = self.model.variable(0, 1)
                self.cells.append((cell, rank))
                for grade, rows in zip(key, named, strict=True):
                    self.model.add([(rows[grade], 1), (cell, -1)], 0, 1)
        if self.cells:
            self.model.at_most_one([cell for cell, _ in self.cells])

    def short_of(self, top: int) -> list[tuple[int, int]]:
        """Make the terms of the shortfall of one of the pathway's rules."""
        return [(short, 1) for want, short in self.short.items() if want.top == top]

    def choice(self, values: Sequence[int]) -> Choice:
        """Read from the solver's values which units and credits count."""
        counted = {
            n: self.rules.credits[n] for n, c in self.counts.items() if values[c]
        }
        for units, less in self.less.items():
            left = -values[less]
            for number in reversed(units):
                if number in counted:
                    part = min(left, counted[number] - 1)
                    counted[number] -= part
                    left -= part
        picks = {
            node: next((at for at, each in enumerate(picked) if values[each]), 0)
            for node, picked in self.picked.items()
        }
        return Choice(credits=counted, picks=picks)

    def total(self, terms: Terms, values: Sequence[int]) -> int:
        """Sum terms with the solver's values."""
        return sum(values[variable] * factor for variable, factor in terms)


def _at_least(model: Model, terms: Sequence[tuple[int, int]], least: int) -> None:
    """Require a sum of at least ``least``."""
    if least > 0:
        model.add(terms or [(model.variable(0, 0), 1)], least, UNBOUNDED)
