"""The grid of grades: typed, filled down, pasted, refused, and judged while typing."""

import re
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser

from aggregates.registrations.registration import Registration
from events.claims.claim import Award, Granted, Withheld
from tests.api.seeded_centre import MANDATORY, OPTIONAL
from tests.web.browsers import screen_of, served
from tests.web.claims.claiming import WHOLE, begin_claim, spare_of
from tests.web.pages import FullSite, Opened, Person

FIRST, SECOND = MANDATORY[:2]
AWARD = {"award_type": "Full", "award_date": "20/11/2026"}


def grades(*units: str, grade: str = "P") -> dict[str, str]:
    return {f"grades-{unit}": grade for unit in units}


def cell(unit: str, grade: str) -> re.Pattern[str]:
    """Match the field of a unit, with what stands in it."""
    return re.compile(f'name="grades-{unit}" aria-labelledby="u[0-9]+" value="{grade}"')


def save(person: Person, claim: str, who: str, **typed: str) -> Opened:
    """Send the grid of a claim of one learner."""
    address = f"/claims/{claim}/grades"
    page = person.open(address)
    form = next(each for each in page.forms if each.action == address)
    values = {k: v for k, v in form.values.items() if k != "do"}
    return person.post(address, {**values, "learner": who, **typed})


def test_grades_are_saved_and_the_verdict_is_said(claims_site: FullSite) -> None:
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    claim = begin_claim(claims_site, who)
    saved = save(person, claim, who, **AWARD, **grades(*WHOLE, grade="p"))
    assert saved.status == 200
    assert "Grades saved: 1 of 1 learner can be submitted." in saved.text
    assert "Eligible" in saved.text
    assert saved.html.count('value="P"') == len(WHOLE)


def test_what_is_refused_keeps_all_that_was_typed(claims_site: FullSite) -> None:
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    claim = begin_claim(claims_site, who)
    typed = AWARD | {"award_date": "1/1/2020"} | grades(FIRST, grade="<b>")
    page = save(person, claim, who, **typed)
    assert page.status == 422
    assert "&lt;b&gt; is not a grade of the unit" in page.html
    assert "more than three months back" in page.text
    assert f"#awards-0-grades-{FIRST}" in page.links
    assert {f"awards-0-grades-{FIRST}", "awards-0-award_date"} <= {*page.ids}
    assert 'value="1/1/2020"' in page.html
    assert 'value="&lt;b&gt;"' in page.html
    bad = save(person, claim, who, award_date="31/2/2026")
    assert bad.status == 422
    assert "#awards-0-award_date" in bad.links


def test_a_grade_that_would_go_is_asked_about_first(claims_site: FullSite) -> None:
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    claim = begin_claim(claims_site, **{who: Award(grades={FIRST: "P"})})
    asked = save(person, claim, who, **grades(FIRST, grade=""))
    assert asked.status == 422
    assert "It may be lost" in asked.text
    gone = save(person, claim, who, **grades(FIRST, grade=""), confirm_loss="yes")
    assert 'value="P"' not in gone.html


def test_a_column_is_filled_down_where_it_is_empty(claims_site: FullSite) -> None:
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    claim = begin_claim(claims_site, **{who: Award(grades={FIRST: "U"})})
    fill = {f"fill-grades-{each}": "P" for each in (FIRST, SECOND)}
    page = save(person, claim, who, do="fill", **fill)
    assert page.status == 200
    assert cell(FIRST, "U").search(page.html)
    assert cell(SECOND, "P").search(page.html)
    page = save(person, claim, who, do="fill", replace="yes", **fill)
    assert cell(FIRST, "P").search(page.html)


def test_lines_of_a_spreadsheet_are_pasted(claims_site: FullSite) -> None:
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    claim = begin_claim(claims_site, who)
    address, action = f"/claims/{claim}/grades", f"/claims/{claim}/grades/pasted"
    lines = f"Learner\tName\tAward type\t{SECOND}\n{who}\tAnyone\tInterim\tP\n"
    page = person.send(person.open(address), action, pasted=lines)
    assert page.address == address
    assert "<option selected>Interim" in page.html
    assert cell(SECOND, "P").search(page.html)
    wrong = person.send(page, action, pasted=f"{who}\tP\nL-NOBODY\tP")
    assert wrong.status == 422
    assert "Line 2: L-NOBODY names nobody" in wrong.text
    assert f"{who}\tP" in wrong.html
    csv = person.client.get(f"{address}.csv").text
    assert csv.startswith("\ufeffLearner,Name,Award type,Award date")
    assert f"{who},Spare Quillfeather,Interim" in csv


def test_who_saved_meanwhile_is_said_and_nothing_typed_is_lost(
    claims_site: FullSite,
) -> None:
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    claim = begin_claim(claims_site, who)
    address = f"/claims/{claim}/grades"
    old = person.open(address).form(address).values
    save(claims_site.person("admin.riverside"), claim, who, **grades(FIRST))
    typed = {**old, "learner": who, **grades(FIRST, grade=""), **grades(SECOND)}
    page = person.post(address, typed)
    assert page.status == 422
    assert "Look again, then decide" in page.text
    assert page.html.count('value="P"') == 2
    again = person.post(
        address, page.form(address).values | {"learner": who, **grades(FIRST, SECOND)}
    )
    assert "Grades saved" in again.text


def test_a_row_is_judged_by_what_is_typed_and_nothing_is_saved(
    claims_site: FullSite,
) -> None:
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    other = claims_site.things.called["learner"]
    claim = begin_claim(claims_site, who, other)
    page = person.open(f"/claims/{claim}/grades")
    values = page.form(f"/claims/{claim}/grades").values | {"learner": who}
    row = {"award_type": "Full", "award_date": "20/11/2026"}
    row |= {f"grades-{unit}": "P" for unit in WHOLE}
    address = f"/claims/{claim}/grades/verdict"
    assert "Eligible" in person.post(address, values | row).text
    row[f"grades-{OPTIONAL[0]}"] = "U"
    assert "Not yet" in person.post(address, values | row).text
    row[f"grades-{OPTIONAL[0]}"] = "Z"
    assert "Z is not a grade" in person.post(address, values | row).text
    assert "Not yet" in person.open(f"/claims/{claim}/grades").text
    row[f"grades-{OPTIONAL[0]}"] = "P"
    both: dict[str, Any] = {part: [text, text] for part, text in row.items()}
    both["learner"] = [who, other]
    assert "Eligible" not in person.post(address, values | both).text


def test_grades_are_saved_on_the_way_to_submitting(claims_site: FullSite) -> None:
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    at = f"/claims/{begin_claim(claims_site, who)}"
    values = person.open(f"{at}/grades").form(f"{at}/grades").values
    values |= {"do": "submit", "learner": who, **grades(FIRST)}
    page = person.post(f"{at}/grades", values)
    assert page.address == f"{at}/submit"
    assert "Grades saved" in page.text


def test_a_grid_of_columns_of_other_lengths_is_refused(claims_site: FullSite) -> None:
    """No grade goes to another learner than it was typed for."""
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    claim = begin_claim(claims_site, who)
    form = person.open(f"/claims/{claim}/grades").form(f"/claims/{claim}/grades")
    values = {**form.values, "learner": who, f"grades-{FIRST}": ["P", "U"]}
    page = person.post(form.action, values)
    assert page.status == 422
    assert "more or fewer fields than there are learners" in page.text


def test_another_centre_finds_no_grid(claims_site: FullSite) -> None:
    person = claims_site.person("admin.hillside")
    claim = claims_site.things.drafts["claim"]
    assert person.open(f"/claims/{claim}/grades").status == 404
    assert person.open(f"/claims/{claim}/grades.csv").status == 404


def test_the_grid_is_filled_by_keyboard(
    claims_site: FullSite, browser: Browser
) -> None:
    """Arrows move, a letter sets the grade, Enter goes down, and verdicts follow."""
    who, other = spare_of(claims_site), claims_site.things.called["learner"]
    claim = begin_claim(claims_site, who, other)
    with (
        served(claims_site) as where,
        screen_of(browser, claims_site, where, "admin.riverside") as screen,
    ):
        screen.open(f"/claims/{claim}/grades")
        page = screen.page

        def typed(row: int, unit: str) -> str:
            return page.locator(f'[name="grades-{unit}"]').nth(row).input_value()

        below = page.locator(f'[name="grades-{SECOND}"]').nth(1)
        with page.expect_request("**/grades/verdict") as asked:
            below.fill("P")
        sent = parse_qs(asked.value.post_data)
        assert sent["learner"] == [
            page.locator('[name="learner"]').nth(1).input_value()
        ]
        assert sent[f"grades-{SECOND}"] == ["P"]
        page.focus(f'[name="grades-{FIRST}"]')
        page.keyboard.press("p")
        page.keyboard.press("Enter")
        page.keyboard.press("u")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("p")
        assert [typed(0, FIRST), typed(1, FIRST), typed(1, SECOND)] == ["P", "U", "P"]
        page.wait_for_selector("text=not saved yet")
        named = page.get_by_role("textbox", name=re.compile("^Spare Quillfeather.*cr"))
        assert named.count() == len(WHOLE)
        page.evaluate(
            """([name, text]) => {
                const data = new DataTransfer();
                data.setData("text", text);
                document.querySelector(`[name="${name}"]`).dispatchEvent(
                    new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
            }""",
            [f"grades-{FIRST}", "U\tP\nP\tU\n"],
        )
        assert [typed(0, FIRST), typed(0, SECOND)] == ["U", "P"]
        assert [typed(1, FIRST), typed(1, SECOND)] == ["P", "U"]
        choice = page.locator('[name="award_type"]').first
        before = choice.input_value()
        choice.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowRight")
        assert choice.input_value() == before
        assert page.evaluate("document.activeElement.name") == "award_date"
        page.get_by_role("button", name="Save grades").click()
        page.wait_for_selector("text=Grades saved")
        assert typed(1, SECOND) == "U"
        screen.check("claim-grades")


def test_every_stage_of_a_draft_is_accessible(
    claims_site: FullSite, browser: Browser
) -> None:
    draft = claims_site.things.drafts["claim"]
    with (
        served(claims_site) as where,
        screen_of(browser, claims_site, where, "admin.riverside") as screen,
    ):
        for stage in ("qualification", "units", "learners", "submit", "ineligible"):
            screen.open(f"/claims/{draft}/{stage}")
            assert screen.page.url.endswith(f"/claims/{draft}/{stage}")
            screen.check(f"claim-draft-{stage}")
        screen.open("/claims/new?why=Access")
        screen.check("claim-why-missing")


def test_nobody_is_judged_twice_by_the_same_grades(
    claims_site: FullSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, judged = Registration.judge, []

    def count(registration: Registration, **asked: Any) -> Granted | Withheld:
        judged.append(registration.learner)
        return judge(registration, **asked)

    monkeypatch.setattr(Registration, "judge", count)
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    claim = begin_claim(claims_site, who)
    for _ in range(2):
        person.open(f"/claims/{claim}/grades")
    assert judged == [who]
    save(person, claim, who, **grades(FIRST))
    assert judged == [who, who]
