"""Tests of what not every machine has: a browser, Java, Node."""

import os

import pytest


def require(why_not: str | None, variable: str) -> None:
    """Go on if nothing is in the way; else skip the test, or fail it if that is set.

    ``make test`` is to pass on a machine that has Python alone, and whoever must try
    everything sets the variable, as ``.ci/run`` does.
    """
    if why_not is None:
        return
    if os.environ.get(variable):
        pytest.fail(why_not)
    pytest.skip(why_not)  # the one skip there is: for the reason above
