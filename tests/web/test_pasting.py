"""What is pasted from a spreadsheet: nothing, too much of it wrong, or somebody twice."""

import re

import pytest

from tests.web.pages import FullSite

FORMS = (
    ("order", "/orders/{}/dates", "1/9/2026\t1/7/2027"),
    ("claim", "/claims/{}/grades", "P"),
)


@pytest.mark.parametrize(("kind", "path", "cells"), FORMS)
def test_pasted_lines_are_refused_in_few_words(
    full: FullSite, kind: str, path: str, cells: str
) -> None:
    """Five thousand wrong lines are named once each up to fifty; the others are counted."""
    person = full.person("admin.riverside")
    address = path.format(full.things.drafts[kind])
    action = f"{address}/pasted"
    page = person.open(address)
    nothing = person.send(page, action, pasted=" \n")
    assert nothing.status == 422
    assert "Nothing was pasted, so nothing was saved." in nothing.text
    lines = "\n".join(f"L-{n}\tnothing" for n in range(5_000))
    wrong = person.send(page, action, pasted=lines)
    assert wrong.status == 422
    assert "And 4,950 more like these." in wrong.text
    assert len(wrong.html) < 3 * len(lines)
    who = re.findall(r"\bL-[0-9A-Z]{4,}", page.html)[0]
    twice = person.send(page, action, pasted=f"{who}\t{cells}\n\n{who}\t{cells}")
    assert twice.status == 422
    assert f"Line 3: {who} is on line 1 as well." in twice.text
    values = {**page.form(action).values, "version": "", "pasted": f"{who}\t{cells}"}
    unsaid = person.post(action, values)
    assert unsaid.status == 422
    assert "does not say what it was filled in on" in unsaid.text
