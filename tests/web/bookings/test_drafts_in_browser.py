"""The steps of booking tests in a real browser, which a confirmed order does not show."""

from playwright.sync_api import Browser

from tests.api.seeded_centre import PRODUCT, TEST
from tests.web.bookings.test_entry_orders import begin
from tests.web.browsers import screen_of, served
from tests.web.pages import full_site

STEPS = ("", "/units", "/schedule", "/po", "/confirm", "/delete")


def test_each_step_of_booking_tests_is_accessible_and_ours(browser: Browser) -> None:
    with full_site() as site:
        person, spare = site.person("admin.riverside"), site.things.others[2]
        booking = f"/bookings/{site.things.called['booking']}"
        person.send(person.open(booking), f"{booking}/cancel")
        page, entries = begin(person, learner=spare)
        person.send(page, page.address, learners=f"{spare} {PRODUCT}")
        typed = {"date-0": "12/12/2026", "time-0": "10:00"}
        schedule = person.open(f"{entries}/schedule")
        person.send(schedule, f"{entries}/schedule", **typed)
        paths = [
            *(entries + step for step in STEPS),
            f"{entries}/learners?who=Full",
            f"/bookings/{site.things.called['offline']}/package",
            f"/bookings/register?day=24/11/2026&unit={TEST}",
        ]
        with (
            served(site) as where,
            screen_of(browser, site, where, "admin.riverside") as screen,
        ):
            for number, path in enumerate(paths):
                screen.open(path)
                assert screen.page.url == where + path
                screen.check(f"entries-{number}")
