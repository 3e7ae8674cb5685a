"""What puts choices in order is exact too where it is parted into many small sums."""

import pytest

from catalogue.solver import cp_sat
from tests.catalogue.solver.test_exactness import require_exact


def test_the_order_of_choices_is_the_same_where_it_takes_many_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """M11, I4, section 11."""
    monkeypatch.setattr(cp_sat, "MOST_SUMS", 8)
    for seed in (*range(80), 1295):
        require_exact(seed, 1_000)
