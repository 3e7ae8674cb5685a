"""The same properties of eligibility, at full count."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import SearchStrategy

from tests.catalogue import test_choice, test_points

PROPERTIES = [
    pytest.param(module.claims(), test.hypothesis.inner_test, id=name)
    for module in (test_choice, test_points)
    for name, test in vars(module).items()
    if name.startswith("test_")
]


@pytest.mark.prove
@pytest.mark.parametrize(("claims", "holds"), PROPERTIES)
def test_eligibility_is_exact(
    claims: SearchStrategy[Any], holds: Callable[..., None]
) -> None:
    """M7, M11, I4, section 11."""
    given(claims)(holds)()
