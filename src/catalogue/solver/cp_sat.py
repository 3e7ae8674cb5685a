"""CP-SAT, as far as it is needed here: whole numbers, one worker, the same answer always.

It is imported only when a model is made; without its Python modelling layer, which
would load pandas (ADR 17).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from time import monotonic
from typing import Any

Terms = Iterable[tuple[int, int]]
Ranged = tuple[int, int, int]
"""A variable with its least and its most."""

MOST_SUMS = 2**40
"""How great a sum may be that puts variables in order: exact in all arithmetic used."""


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How a model is tried, and how much by the solver's own measure of its work.

    ``led_by_lp``: variables are decided as the linear relaxation has them. ``lazy_rows``:
    only constraints that it breaks are added to it.
    """

    work: float
    led_by_lp: bool = False
    lazy_rows: bool = False
    cuts: bool = True
    presolve: bool = False


LED = Effort(work=0.003, led_by_lp=True, cuts=False)
LEAN = Effort(work=0.05, cuts=False)
REST = (Effort(work=1.0), Effort(work=inf, presolve=True))
EFFORTS = (LED, LEAN, *REST)
"""Tried in turn. Nearly all models take less than the first two: there, cuts cost more than
they save, and presolve costs more still. The few others need them.
"""
EFFORTS_FOR_FIXES = (replace(LEAN, lazy_rows=True), *REST)
"""The same for ways to fix, where the first decides too little to be worth it."""


class Undecided(Exception):
    """The time allowed was not enough to decide."""


class Deadline:
    """The moment after which no more is tried."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends = monotonic() + seconds

    @property
    def seconds_left(self) -> float:
        """The seconds left; raises Undecided where there are none."""
        left = self._ends - monotonic()
        if left <= 0:
            raise Undecided
        return left


class Model:
    """Variables of whole numbers, and linear constraints on them.

    A variable is spoken of by its number; one of 0 or 1 may also stand as a condition.
    """

    def __init__(self, efforts: Sequence[Effort] = EFFORTS) -> None:
        from ortools.sat.python import cp_model_helper  # noqa: PLC0415 - only now

        self._efforts = efforts
        self._solver: Any = cp_model_helper
        self._proto: Any = cp_model_helper.CpModelProto()
        self._count = 0
        self._conditional = False

    def variable(self, least: int, most: int) -> int:
        """Make a variable within these bounds."""
        self._proto.variables.add().domain.extend([least, most])
        self._count += 1
        return self._count - 1

    def add(
        self, terms: Terms, least: int, most: int, where: Sequence[int] = ()
    ) -> None:
        """Bound a sum of variables times numbers; only ``where`` all of those are 1."""
        constraint = self._proto.constraints.add()
        variables, factors = zip(*terms, strict=True)
        constraint.linear.vars.extend(variables)
        constraint.linear.coeffs.extend(factors)
        constraint.linear.domain.extend([least, most])
        if where:
            constraint.enforcement_literal.extend(where)
            self._conditional = True

    def hold(self, terms: Terms, value: int) -> None:
        """Let a sum come to this; nothing if it has no terms."""
        terms = list(terms)
        if terms:
            self.add(terms, value, value)

    def fix(self, variable: int, value: int) -> None:
        """Let a variable have this value."""
        domain = self._proto.variables[variable].domain
        domain.clear()
        domain.extend([value, value])

    def at_most_one(self, variables: Sequence[int]) -> None:
        """Let at most one of these be 1."""
        self._proto.constraints.add().at_most_one.literals.extend(variables)

    def not_all(self, variables: Sequence[int]) -> None:
        """Let not all of these be 1: a clause, which is no row of the linear relaxation."""
        none = [-variable - 1 for variable in variables]
        self._proto.constraints.add().bool_or.literals.extend(none)

    def copy(self) -> "Model":
        """Make another with the same variables and constraints."""
        other = Model(self._efforts)
        other._proto.copy_from(self._proto)
        other._count = self._count
        other._conditional = self._conditional
        return other

    def minimise(
        self, terms: Terms, least: int | None = None, most: int | None = None
    ) -> None:
        """Look for the least of this sum, in place of what was looked for before.

        Where it is known to be no less than ``least``, no more is looked for than that;
        nothing is found that is more than ``most``.
        """
        self._proto.clear_objective()
        terms = list(terms)
        if terms and (least is not None or most is not None):
            self._proto.objective.domain.extend(
                [
                    -(2**62) if least is None else least,
                    2**62 if most is None else most,
                ]
            )
        for variable, factor in terms:
            self._proto.objective.vars.append(variable)
            self._proto.objective.coeffs.append(factor)

    def solve(self, deadline: Deadline) -> list[int] | None:
        """Find values for all variables, the least of what is minimised; None if none are.

        Raises Undecided.
        """
        statuses = self._solver.CpSolverStatus
        for effort in self._efforts:
            response = self._try(effort, deadline)
            if response.status == statuses.OPTIMAL:
                return list(response.solution)
            if response.status == statuses.INFEASIBLE:
                return None
        raise Undecided

    def _try(self, effort: Effort, deadline: Deadline) -> Any:
        parameters = self._solver.SatParameters()
        parameters.num_workers = 1
        parameters.random_seed = 1
        parameters.catch_sigint_signal = False
        parameters.max_time_in_seconds = deadline.seconds_left
        parameters.max_deterministic_time = effort.work
        parameters.linearization_level = 2 if self._conditional else 1
        if effort.led_by_lp:
            parameters.search_branching = parameters.SearchBranching.LP_SEARCH
        parameters.cut_level = int(effort.cuts)
        parameters.cp_model_presolve = effort.presolve
        if not effort.presolve:
            parameters.cp_model_probing_level = 0
            parameters.symmetry_level = 0
            parameters.use_sat_inprocessing = False
            parameters.add_lp_constraints_lazily = effort.lazy_rows
        wrapper = self._solver.SolveWrapper()
        wrapper.set_parameters(parameters)
        return wrapper.solve(self._proto)

    def solve_in_order(
        self,
        deadline: Deadline,
        variables: Sequence[int],
        until: Mapping[int, int] | None = None,
    ) -> list[int] | None:
        """Find the values of which the first variable's is greatest, then the second's, and so on.

        None if there are none, or none that come before the values ``until`` or are those.
        Raises Undecided.
        """
        model, values = self.copy(), None
        for block in self._blocks(variables):
            if values is None or any(values[each] < most for each, _, most in block):
                terms = list(_in_order(block))
                model.minimise(
                    terms,
                    most=sum(until[each] * weight for each, weight in terms)
                    if until
                    else None,
                )
                values = model.solve(deadline)
                if values is None:
                    return None
            for each, _, _ in block:
                model.fix(each, values[each])
            if until and any(until[each] != values[each] for each, _, _ in block):
                until = None
        return values or model.solve(deadline)

    def _blocks(self, variables: Sequence[int]) -> Iterator[list[Ranged]]:
        """Part variables so that one sum can put each block of them in order."""
        block: list[Ranged] = []
        sums = 1
        for each in variables:
            least, most = self._proto.variables[each].domain
            if least == most:
                continue
            values = most - least + 1
            if block and sums * values > MOST_SUMS:
                yield block
                block, sums = [], 1
            block.append((each, least, most))
            sums *= values
        if block:
            yield block


def _in_order(block: list[Ranged]) -> Iterator[tuple[int, int]]:
    """Weigh each variable by more than all after it can come to."""
    weight = -1
    for each, least, most in reversed(block):
        yield each, weight
        weight *= most - least + 1
