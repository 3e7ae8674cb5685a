"""A thin wrapper of CP-SAT: whole numbers, one worker, the same answer every time.

It is imported only when a model is made, and without its Python modelling layer, which
would load pandas (ADR 17).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from time import monotonic
from typing import Any

Terms = Iterable[tuple[int, int]]
Ranged = tuple[int, int, int]
"""A variable, its lower bound and its upper bound."""

MOST_SUMS = 2**40
"""The largest sum that orders variables; the solver's arithmetic is exact up to here."""


@dataclass(frozen=True, kw_only=True)
class Effort:
    """The solver's settings for one attempt, and the work it may spend, by its own measure.

    ``led_by_lp``: branch on the solution of the linear relaxation. ``lazy_rows``: add to
    the relaxation only the constraints that its solution breaks.
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
"""The attempts at a verdict, in turn.

The first two decide nearly all models. On those, cuts and presolve cost more than they
save; the few other models need them.
"""
EFFORTS_FOR_FIXES = (replace(LEAN, lazy_rows=True), *REST)
"""The attempts at ways to fix. LED is left out, because it decides too few of them."""


class Undecided(Exception):
    """The time allowed ran out before a decision."""


class Deadline:
    """The moment at which deciding stops."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends = monotonic() + seconds

    @property
    def seconds_left(self) -> float:
        """The seconds left; raises Undecided if none are."""
        left = self._ends - monotonic()
        if left <= 0:
            raise Undecided
        return left


class Model:
    """Integer variables and linear constraints on them.

    A variable is identified by its number. A variable of 0 or 1 can also be a condition.
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
        """Constrain a weighted sum; the constraint applies only while all of ``where`` are 1."""
        constraint = self._proto.constraints.add()
        variables, factors = zip(*terms, strict=True)
        constraint.linear.vars.extend(variables)
        constraint.linear.coeffs.extend(factors)
        constraint.linear.domain.extend([least, most])
        if where:
            constraint.enforcement_literal.extend(where)
            self._conditional = True

    def hold(self, terms: Terms, value: int) -> None:
        """Constrain a weighted sum to this value; do nothing if it has no terms."""
        terms = list(terms)
        if terms:
            self.add(terms, value, value)

    def fix(self, variable: int, value: int) -> None:
        """Give a variable this value."""
        domain = self._proto.variables[variable].domain
        domain.clear()
        domain.extend([value, value])

    def at_most_one(self, variables: Sequence[int]) -> None:
        """Allow at most one of these variables to be 1."""
        self._proto.constraints.add().at_most_one.literals.extend(variables)

    def not_all(self, variables: Sequence[int]) -> None:
        """Forbid that all of these variables are 1.

        The constraint is a clause, so it adds no row to the linear relaxation.
        """
        none = [-variable - 1 for variable in variables]
        self._proto.constraints.add().bool_or.literals.extend(none)

    def copy(self) -> "Model":
        """Copy the variables and constraints into another model."""
        other = Model(self._efforts)
        other._proto.copy_from(self._proto)
        other._count = self._count
        other._conditional = self._conditional
        return other

    def minimise(
        self, terms: Terms, least: int | None = None, most: int | None = None
    ) -> None:
        """Set the sum to minimise, in place of any earlier one.

        The solver stops at ``least``, which the sum is known not to fall below, and accepts
        no solution above ``most``.
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
        """Find values of all variables that minimise the sum; None if no values fit.

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
        """Find values by order: the greatest first variable, then the greatest second, and so on.

        Return None if no values fit, or if ``until`` is given and no values are at or
        before it in this order. Raises Undecided.
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
        """Divide the variables into blocks small enough for one sum to order each."""
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
    """Weigh each variable by more than all later ones together can reach."""
    weight = -1
    for each, least, most in reversed(block):
        yield each, weight
        weight *= most - least + 1
