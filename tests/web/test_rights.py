"""Nobody sees or changes on pages what is another centre's."""

from tests.web.pages import FullSite

EVERYBODYS = ("/verify/", "/catalogue/")
"""What is everybody's to open."""
AUDITORS = (
    "/audit",
    "/audit/verification",
    "/operations",
    "/operations/dead-letters",
)
"""What no centre looks at."""


def test_what_is_another_centres_is_not_there(full: FullSite) -> None:
    other = full.person("admin.hillside")
    paths = [each for each in full.paths("GET") if not each.startswith(EVERYBODYS)]
    assert paths
    for path in paths:
        page = other.open(path)
        assert page.status == 404, path
        own = {path.split("/")[2]}
        seen = [each for each in full.things.everything() - own if each in page.html]
        assert seen == [], path


def test_what_is_another_centres_is_not_changed(full: FullSite) -> None:
    other = full.person("admin.hillside")
    head = full.service.store.head()
    for path in full.paths("POST"):
        token = other.open("/").form("/sign-out").values
        assert other.post(path, token).status in {404, 422}, path
    assert full.service.store.head() == head


def test_lists_hold_nothing_of_another_centre(full: FullSite) -> None:
    other = full.person("admin.hillside")
    for path in full.lists():
        page = other.open(path)
        assert page.status == (403 if path in AUDITORS else 200), path
        seen = [each for each in full.things.everything() if each in page.html]
        assert seen == [], path


def test_an_auditor_may_look_at_every_page(full: FullSite) -> None:
    auditor = full.person("auditor")
    for path in [*full.paths("GET"), *full.lists()]:
        assert auditor.open(path).status == 200, path
