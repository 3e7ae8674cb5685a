"""The results of one learner on a page."""

from tests.web.pages import FullSite


def test_awards_with_units_and_certificates_are_shown(full: FullSite) -> None:
    called, person = full.things.called, full.person("admin.riverside")
    page = person.open(f"/learners/{called['other']}/results")
    assert "Results of Full Quillfeather" in page.text
    assert f"/certificates/{called['certificate']}" in page.links
    assert "9 units and their grades" in page.text
    assert "Manage personal performance and development" in page.text
    assert (
        f"/learners/{called['other']}/results"
        in person.open(f"/learners/{called['other']}").links
    )


def test_who_is_not_eligible_yet_is_told_where_to_see_why(full: FullSite) -> None:
    called, person = full.things.called, full.person("admin.riverside")
    page = person.open(f"/learners/{called['learner']}/results")
    assert f"/claims/{called['claim']}/ineligible/{called['learner']}" in page.links
    spare = next(each for each in full.things.others if each.startswith("L-"))
    assert "No results yet" in person.open(f"/learners/{spare}/results").text
