"""What a newcomer finds on the first page of the demo's filled centre."""

from cli.demo.lived_in import fill_centre
from tests.web.pages import website


def test_something_is_due_something_waits_and_nobody_has_to_begin_with_nothing() -> (
    None
):
    with website() as site:
        fill_centre(site.service)
        amira = site.person("admin.riverside")
        home = amira.open("/").text
        for to_do in (
            "4 tests today and tomorrow",
            "Finish order O-",
            "2 learners are not eligible yet",
            "1 claim in draft",
            "Submit 6 learners of Spring starters",
        ):
            assert to_do in home
        assert amira.open("/results").text.count("Processed") >= 6
