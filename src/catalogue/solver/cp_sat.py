"""CP-SAT, as far as it is needed here: whole numbers, one worker, the same answer always.

It is imported only when a model is made; without its Python modelling layer, which
would load pandas (ADR 17).
"""

from collections.abc import Iterable, Iterator, Sequence
from time import monotonic
from typing import Any

Terms = Iterable[tuple[int, int]]

MOST_SUMS = 2**40
"""How great a sum may be that puts variables in order: exact in all arithmetic used."""


class Undecided(Exception):
    """The time allowed was not enough to decide."""


class Deadline:
    """The moment after which no more is tried."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends = monotonic() + seconds

    @property
    def left(self) -> float:
        """The seconds left; raises Undecided where there are none."""
        left = self._ends - monotonic()
        if left <= 0:
            raise Undecided
        return left


class Model:
    """Variables of whole numbers, and linear constraints on them.

    A variable is spoken of by its number; one of 0 or 1 may also stand as a condition.
    """

    def __init__(self) -> None:
        from ortools.sat.python import cp_model_helper  # noqa: PLC0415 - only now

        self._solver: Any = cp_model_helper
        self._proto: Any = cp_model_helper.CpModelProto()
        self._count = 0

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

    def at_most_one(self, variables: Sequence[int]) -> None:
        """Let at most one of these be 1."""
        self._proto.constraints.add().at_most_one.literals.extend(variables)

    def copy(self) -> "Model":
        """Make another with the same variables and constraints."""
        other = Model()
        other._proto.copy_from(self._proto)
        other._count = self._count
        return other

    def minimise(self, terms: Terms) -> None:
        """Look for the least of this sum, in place of what was looked for before."""
        self._proto.clear_objective()
        for variable, factor in terms:
            self._proto.objective.vars.append(variable)
            self._proto.objective.coeffs.append(factor)

    def solve(self, deadline: Deadline) -> list[int] | None:
        """Find values for all variables, the least of what is minimised; None if none are.

        Raises Undecided.
        """
        solver, proto = self._solver, self._proto
        parameters = solver.SatParameters()
        parameters.num_workers = 1
        parameters.random_seed = 1
        parameters.max_time_in_seconds = deadline.left
        parameters.max_deterministic_time = deadline.seconds
        parameters.catch_sigint_signal = False
        parameters.linearization_level = 2
        parameters.cut_level = 0
        parameters.cp_model_presolve = False  # takes longer than it saves
        wrapper = solver.SolveWrapper()
        wrapper.set_parameters(parameters)
        response = wrapper.solve(proto)
        if response.status == solver.CpSolverStatus.OPTIMAL:
            return list(response.solution)
        if response.status == solver.CpSolverStatus.INFEASIBLE:
            return None
        raise Undecided

    def solve_in_order(
        self, deadline: Deadline, variables: Sequence[int]
    ) -> list[int] | None:
        """Find the values of which the first variable's is greatest, then the second's, and so on.

        None if there are no values at all. Raises Undecided.
        """
        model, values = self.copy(), None
        for block in self._blocks(variables):
            if values is None or any(values[each] < most for each, most in block):
                model.minimise(_in_order(block))
                values = model.solve(deadline)
                if values is None:
                    return None
            for each, _ in block:
                model.add([(each, 1)], values[each], values[each])
        return values

    def _blocks(self, variables: Sequence[int]) -> Iterator[list[tuple[int, int]]]:
        """Part variables, with the most of each, so that one sum can put them in order."""
        block: list[tuple[int, int]] = []
        sums = 1
        for each in variables:
            most = list(self._proto.variables[each].domain)[-1]
            if block and sums * (most + 1) > MOST_SUMS:
                yield block
                block, sums = [], 1
            block.append((each, most))
            sums *= most + 1
        if block:
            yield block


def _in_order(block: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Weigh each variable by more than all after it can come to."""
    weight = -1
    for each, most in reversed(block):
        yield each, weight
        weight *= most + 1
