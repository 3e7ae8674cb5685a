"""The page of followers."""

from tests.web.pages import FullSite


def test_followers_are_shown_to_operators_alone(full: FullSite) -> None:
    page = full.person("specialist").open("/operations")
    assert page.status == 200
    for name in full.service.behind():
        assert name.replace("_", " ") in page.text
    assert "No broker is named" in page.text
    assert full.person("admin.riverside").open("/operations").status == 403
