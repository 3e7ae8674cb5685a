"""A Centre Administrator's way from an order to a certificate, in a real browser."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from policies.claims import claim_processing
from tests.api.running import settle
from tests.api.seeded_centre import MANDATORY, OPTIONAL, PRODUCT, TEST
from tests.web.browsers import Screen, screen_of, served
from tests.web.journeys.steps import expect_heading, follow, go_to, press
from tests.web.orders.test_orders import add_learner
from tests.web.pages import WebSite, website
from tests.web.test_sign_in import NAME, PASSWORD, with_password

GIVEN = ("Ada", "Bo", "Cy")
WHOLE = (*MANDATORY, *OPTIONAL)
FORGOTTEN = OPTIONAL[-1]
"""The unit that Cy's grade is forgotten of."""


@pytest.fixture(scope="module")
def site() -> Iterator[WebSite]:
    with website() as opened:
        yield with_password(opened)


@pytest.fixture(scope="module")
def address(site: WebSite) -> Iterator[str]:
    with served(site) as where:
        yield where


def sign_in(page: Page) -> None:
    page.get_by_label("User name").fill(NAME)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")


def order(page: Page, people: Mapping[str, str], group: str) -> None:
    """Register everybody, each with dates of their own, which are pasted."""
    go_to(page, "Orders")
    press(page, "Start an order")
    follow(page, "Choose products")
    page.get_by_label(re.compile(PRODUCT)).check()
    press(page, "Save products")
    follow(page, "Link learners")
    page.get_by_label("Name", exact=True).fill(group)
    press(page, "Find")
    for name in people:
        page.get_by_label(name).check()
    press(page, "Link those ticked")
    expect(page.get_by_text("3 learners linked")).to_be_visible()
    follow(page, "Back to the checklist")
    follow(page, "Course dates")
    page.get_by_text("Paste dates from a spreadsheet").click()
    lines = [
        f"{who}\t{n}/9/2026\t16/7/2027" for n, who in enumerate(people.values(), 1)
    ]
    page.get_by_label("A line for each learner").fill("\n".join(lines))
    press(page, "Save pasted dates")
    expect(page.get_by_text("Course dates of 3 learners saved.")).to_be_visible()
    follow(page, "Purchase order number")
    page.get_by_label("What your centre calls this purchase").fill(f"PO {group}")
    press(page, "Save")
    follow(page, "Check the order and confirm it")
    expect(page.get_by_text(f"PO {group}")).to_be_visible()
    press(page, "Confirm the order at", exact=False)
    expect_heading(page, "Order confirmed")
    expect(page.locator("main tbody tr")).to_have_count(3)
    for dates in ("2 September 2026 to 16 July 2027", "3 September 2026 to"):
        expect(page.locator("main tbody")).to_contain_text(dates)


def book(page: Page, name: str) -> None:
    """Book a test for one of them."""
    go_to(page, "Bookings")
    press(page, "Book tests")
    page.get_by_label("On a qualification by itself").check()
    press(page, "Continue")
    page.get_by_label("Title or number").fill(PRODUCT)
    press(page, "Find")
    row = page.get_by_role("row").filter(has_text=TEST)
    row.get_by_role("checkbox").check()
    row.get_by_role("combobox").select_option("Onscreen")
    press(page, "Continue to learners")
    page.get_by_label(name).check()
    press(page, "Link those ticked")
    press(page, "Continue to date and time")
    page.get_by_label("Date", exact=True).fill("12/12/2026")
    page.get_by_label("Time", exact=True).fill("10:00")
    page.get_by_label("How onscreen tests are sat").select_option("Online")
    press(page, "Save for all")
    follow(page, "Check the tests and book them")
    press(page, "Book 1 test at", exact=False)
    expect_heading(page, "Tests booked")
    expect(page.locator("main tbody")).to_contain_text("12 December 2026 at 10:00")


def claim(page: Page, people: Mapping[str, str], *, has_scripts: bool) -> None:
    """Claim for everybody; the grade of one unit is forgotten for the last."""
    go_to(page, "Claims")
    press(page, "Start a claim")
    page.locator(f"input[value={PRODUCT}]").check()
    press(page, "Start the claim")
    for unit in WHOLE:
        page.get_by_label(re.compile(unit)).check()
    press(page, "Save units")
    for name in people:
        page.get_by_label(name).check()
    press(page, "Save learners")
    for who in [*people.values()][:-1]:
        page.locator(f'#row-{who} [name="grades-{FORGOTTEN}"]').fill("P")
    page.locator('[name="fill-award_type"]').select_option("Full")
    page.locator('[name="fill-award_date"]').fill("20/11/2026")
    for unit in WHOLE:
        if unit != FORGOTTEN:
            page.locator(f'[name="fill-grades-{unit}"]').fill("P")
    if has_scripts:
        expect(page.get_by_text("not saved yet").first).to_be_visible()
    press(page, "Fill and save")
    expect(page.get_by_text("2 of 3 learners can be submitted")).to_be_visible()


def submit(page: Page, last: str) -> None:
    """Submit those who are eligible; the last is kept back."""
    follow(page, "Check and submit")
    expect_heading(page, "Check and submit")
    expect(page.locator("main")).to_contain_text(f"{last}: ")
    press(page, "Submit the 2 eligible learners, keep 1 as a draft")
    expect_heading(page, "Claim submitted")
    expect(page.get_by_text("1 learner was kept back")).to_be_visible()


def put_right(screen: Screen, last: str, *, has_scripts: bool) -> None:
    """See why the last is not eligible, give the grade that lacks, and submit."""
    page = screen.page
    follow(page, "See what is missing, and put it right")
    expect(page.get_by_text(f"Quickest ways to make {last} eligible")).to_be_visible()
    page.get_by_role("button", name=re.compile(f"^Add .*{last}$")).first.click()
    expect_heading(page, "Grades and award types")
    expect(page.get_by_text("Give the grade")).to_be_visible()
    if has_scripts:
        screen.check("journey-put-right")
    for field in page.locator('main tbody input[name^="grades-"]').all():
        if not field.input_value():
            field.fill("P")
    press(page, "Save grades")
    expect(page.get_by_text("Grades saved")).to_be_visible()
    follow(page, "Check and submit")
    press(page, "Submit the 1 eligible learner")
    expect_heading(page, "Claim submitted")


def process_claims(site: WebSite) -> None:
    """Let the time come at which submitted claims are processed."""
    tick = claim_processing(timedelta()).tick
    assert tick is not None
    settle(site.service)
    tick(site.service.clock(), site.service.context, site.service.read_models)
    settle(site.service)


def see_certificate(page: Page, name: str) -> None:
    follow(page, name)
    follow(page, "Results")
    expect_heading(page, f"Results of {name}")
    expect(page.get_by_text("Certificate in force")).to_be_visible()
    page.locator("main").get_by_role("link", name=re.compile("^C")).click()
    expect(page.locator("h1")).to_contain_text("Certificate")
    expect(page.get_by_label("The certificate as it was issued")).to_contain_text(name)


@pytest.mark.parametrize("has_scripts", [True, False])
def test_learners_are_ordered_booked_claimed_for_and_get_their_certificates(
    site: WebSite, browser: Browser, address: str, *, has_scripts: bool
) -> None:
    group = "Scripted" if has_scripts else "Plain"
    people = {f"{group} {n} Khan": add_learner(site, f"{group} {n}") for n in GIVEN}
    first, *_, last = people
    with screen_of(browser, site, address, None, has_scripts=has_scripts) as screen:
        page = screen.page
        screen.open("/orders")
        sign_in(page)
        order(page, people, group)
        book(page, first)
        claim(page, people, has_scripts=has_scripts)
        submit(page, last)
        put_right(screen, last, has_scripts=has_scripts)
        process_claims(site)
        see_certificate(page, last)
        assert screen.faults == []
