"""The rules of a pathway as a model for the solver, for one learner."""

from collections.abc import Iterable, Iterator, Sequence

from catalogue.solver.choice import Choice, Learner, used
from catalogue.solver.compiled import Limit, Requires, RuleNode, Want
from catalogue.solver.cp_sat import Model, Terms

UNBOUNDED = 2**63 - 1
ALWAYS: tuple[int, ...] = ()
"""The condition of what is in force whatever is picked."""


class Program:
    """What counts, as variables; the limits and wants of the rules, as constraints.

    The units in ``free`` may be achieved besides, each with the lowest grade that achieves
    it. In ``model`` wants may fall short, ``short`` holds by how much; in ``satisfying()``
    none does.
    """

    def __init__(self, learner: Learner, *, free: Sequence[int] = ()) -> None:
        self.learner = learner
        self.rules = learner.rules
        self.model = Model()
        self.grades = learner.given | {n: self.rules.lowest[n] for n in free}
        self.counts: dict[int, int] = {}
        self.credits: dict[int, tuple[int, int]] = {}
        self.picked: dict[RuleNode, tuple[int, ...]] = {}
        self.short: dict[Want, int] = {}
        self.points: list[tuple[int, int]] = []
        self.cells: list[tuple[int, int]] = []
        self.free = tuple(free)
        self._gains = {
            n: self.rules.gives(n, self.grades[n]) for n in (*learner.achieved, *free)
        }
        contested = self._contested()
        for number in sorted((*learner.achieved, *free)):
            sure = number not in contested and number not in self.free
            self.counts[number] = self.model.variable(int(sure), 1)
        self.added = {n: self._added(n) for n in self.free}
        self._force = dict(self._forces(self.rules.nodes, ALWAYS))
        self._parts()
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
        """Whether all that could count would exceed the limit."""
        return used(limit, {n: self.rules.credits[n] for n in self._gains}) > limit.most

    def _contested(self) -> frozenset[int]:
        """Find the units that some limit might keep out: the others do well to count."""
        limits = (
            *self.rules.class_limits,
            *(limit for node in self.rules.all_nodes for limit in node.limits),
        )
        return frozenset[int]().union(
            *(limit.units for limit in limits if self._binds(limit)),
            *(n.requires.units for n in self.rules.all_nodes if n.requires),
        )

    def _added(self, number: int) -> int:
        """Make the variable of whether a free unit is achieved besides.

        Where nothing looks at the unit but that it counts, it is added if it counts.
        """
        rules, counts = self.rules, self.counts[number]
        looked_at = any(
            want.attempted and number in want.worth for want in rules.wants
        ) or any(
            number in needed
            for node in rules.all_nodes
            if node.requires
            for needed in node.requires.needs
        )
        if not looked_at:
            return counts
        added = self.model.variable(0, 1)
        self.model.add([(added, 1), (counts, -1)], 0, 1)
        return added

    def _forces(
        self, nodes: Iterable[RuleNode], where: tuple[int, ...]
    ) -> Iterator[tuple[RuleNode, tuple[int, ...]]]:
        """Say of each rule under which condition it is in force."""
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

    def _parts(self) -> None:
        """Make the credits of each unit that counts: all of them, or under a cap some."""
        caps = [
            (limit.units, where)
            for node, where in self._force.items()
            for limit in node.limits
            if limit.of_credits and self._binds(limit)
        ]
        for number, counts in self.counts.items():
            whole = self.rules.credits[number]
            over = [where for units, where in caps if number in units]
            if whole < 2 or not over:  # noqa: PLR2004 - one credit has no parts
                self.credits[number] = (counts, whole)
                continue
            some = self.model.variable(0, whole)
            self.credits[number] = (some, 1)
            self.model.add([(some, 1), (counts, -whole)], -whole, 0)
            if ALWAYS in over:
                self.model.add([(some, 1), (counts, -1)], 0, whole)
            else:
                in_parts = [(where[0], whole - 1) for where in over]
                self.model.add(
                    [(some, 1), (counts, -whole), *in_parts],
                    0,
                    whole + (whole - 1) * len(over),
                )
                self.model.add([(some, 1), (counts, -1)], 0, whole)

    def _limit(self, limit: Limit, where: tuple[int, ...]) -> None:
        if not self._binds(limit):
            return
        mine = sorted(number for number in limit.units if number in self.counts)
        if limit.of_credits:
            terms = [self.credits[n] for n in mine if self.rules.credits[n]]
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
        if want.attempted:
            if self.free:
                terms = self._attempts(want)
            else:
                have = self.learner.attempts[want.place]
        else:
            for number in self.counts:
                gain = self._gains[number][want.place]
                if gain:
                    terms.append(
                        self.credits[number]
                        if want.in_parts
                        else (self.counts[number], gain)
                    )
        self.short[want] = self.model.variable(0, want.required)
        if want.required > have:
            terms.append((self.short[want], 1))
            self.model.add(terms, want.required - have, UNBOUNDED, where)

    def _attempts(self, want: Want) -> list[tuple[int, int]]:
        """Make the terms of a want that looks at attempted units: of a class, one."""
        terms: list[tuple[int, int]] = []
        together = {n: units for units in self.rules.classes for n in units}
        options: dict[frozenset[int], list[int]] = {}
        for number in sorted(want.worth):
            mine = list(self._attempts_of(want, number))
            terms += mine
            units = together.get(number, frozenset({number}))
            options.setdefault(units, []).extend(variable for variable, _ in mine)
        for variables in options.values():
            if len(variables) > 1:
                self.model.at_most_one(variables)
        return terms

    def _attempts_of(self, want: Want, number: int) -> Iterator[tuple[int, int]]:
        """Make a term of the grade that a unit has, and of that which it may get."""
        unit, added = self.rules.units[number], self.added.get(number)
        if number in self.learner.given:
            now = want.gain(number, unit, self.learner.given[number])
            if now:
                stays = self.model.variable(0, 1)
                if added is not None:
                    self.model.add([(stays, 1), (added, 1)], 0, 1)
                yield stays, now
        if added is not None:
            then = want.gain(number, unit, self.rules.lowest[number])
            if then:
                is_added = self.model.variable(0, 1)
                self.model.add([(added, 1), (is_added, -1)], 0, 1)
                yield is_added, then

    def satisfying(self, *, rank: int = 1) -> Model:
        """Copy the model, but for choices that satisfy all rules and give this grade.

        ``rank`` is that of the lowest overall grade, from 1; 0 asks for none.
        """
        model = self.model.copy()
        for short in self.short.values():
            model.fix(short, 0)
        kind = self.rules.grading.kind
        if rank and kind == "points":
            _at_least(model, self.points, self.rules.needed[rank - 1])
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
        rules = self.rules
        best = rules.grading.best
        giving = []
        for number, counts in self.counts.items():
            shares = rules.shares(number, self.grades[number])
            if not shares:
                continue
            variable, factor = self.credits[number]
            whole = rules.credits[number]
            if best:
                part = self.model.variable(0, whole)
                self.model.add([(variable, factor), (part, -1)], 0, whole)
                giving.append((part, 1))
                self.points.append((part, shares // whole))
            elif variable == counts:
                self.points.append((counts, shares))
            else:
                self.points.append((variable, shares // whole))
        if best and giving:
            self.model.add(giving, 0, best.credits)

    def _grid(self) -> None:
        """Make a variable of each cell that units which count can name."""
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
        """Make the terms of the shortfall of a rule of the pathway."""
        return [(short, 1) for want, short in self.short.items() if want.top == top]

    def choice(self, values: Sequence[int]) -> Choice:
        """Read what counts from the values found."""
        counted = {}
        for number, counts in self.counts.items():
            if values[counts]:
                variable, factor = self.credits[number]
                counted[number] = values[variable] * factor
        picks = {
            node: next((at for at, each in enumerate(picked) if values[each]), 0)
            for node, picked in self.picked.items()
        }
        return Choice(credits=counted, picks=picks)

    def total(self, terms: Terms, values: Sequence[int]) -> int:
        """Add up terms."""
        return sum(values[variable] * factor for variable, factor in terms)


def _at_least(model: Model, terms: Sequence[tuple[int, int]], least: int) -> None:
    """Let a sum be no less than this."""
    if least > 0:
        model.add(terms or [(model.variable(0, 0), 1)], least, UNBOUNDED)
