"""The files of others that pages use: what may not be used is not there."""

from tests.web.pages import WebSite
from web.http.rendering import TEMPLATES
from web.http.static_files import FOLDER, address_of_files, every_file
from web.vendor import TAKEN, UNUSED, forbidden_in, strip_branding, strip_unused


def test_nothing_that_only_government_sites_may_use_is_there() -> None:
    texts = [*FOLDER.glob("*.css"), *FOLDER.glob("*.js")]
    assert texts
    assert not [path.name for path in texts if forbidden_in(path.read_text())]


def test_what_may_not_be_used_is_taken_out_and_found_if_it_is_not() -> None:
    sheet = (
        '@font-face{font-family:"GDS Transport";src:url("/assets/fonts/x.woff2")}'
        'a{font-family:"GDS Transport",arial,sans-serif}'
        "b{background:url(/assets/images/govuk-crest.svg)}"
        "/*# sourceMappingURL=x.css.map */"
    )
    assert forbidden_in(sheet) == [
        "GDS Transport",
        "crest",
        "/assets/",
        "sourceMappingURL",
    ]
    assert strip_branding(sheet) == "a{font-family:var(--app-font)}b{background:none}"


def test_rules_of_components_that_no_page_has_are_taken_out() -> None:
    sheet = (
        "@media print{.govuk-tabs,.govuk-table{a:b}}.govuk-tabs__list{a:b}"
        ".govuk-tabsy,.x{a:b}"
    )
    assert strip_unused(sheet) == "@media print{.govuk-table{a:b}}.govuk-tabsy,.x{a:b}"
    components = (FOLDER / "govuk.css").read_text()
    assert strip_unused(components) == components
    pages = "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    assert not [each for each in UNUSED if f"govuk-{each}" in pages]


def test_every_file_that_is_taken_is_there() -> None:
    names = {name for files in TAKEN.values() for name in files.values()}
    there = {path.name for path in FOLDER.iterdir()}
    assert names <= there
    for package in ("govuk-frontend", "htmx", "atkinson-hyperlegible-next"):
        assert f"{package}.LICENSE" in there


def test_files_are_kept_for_ever_under_an_address_that_changes_with_them(
    pages: WebSite,
) -> None:
    client = pages.person().client
    for name, content in every_file().items():
        answer = client.get(f"{address_of_files()}/{name}")
        assert answer.content == content
        assert "immutable" in answer.headers["Cache-Control"]
    assert client.get("/static/before/app.css").headers["Cache-Control"] == "no-cache"
    assert client.get(f"{address_of_files()}/../app.py").status_code == 404


def test_a_first_page_is_at_most_100_kb_in_ten_requests(pages: WebSite) -> None:
    person = pages.person("admin.riverside")
    html = person.client.get("/learners", headers={"Accept-Encoding": "gzip"})
    used = {n for n in every_file() if f"/{n}" in html.text or n == "latin-ext.woff2"}
    used |= {"govuk.js", "latin.woff2"}  # what the script and the sheet name themselves
    sent = int(html.headers["Content-Length"])
    for name in used:
        path = f"{address_of_files()}/{name}"
        answer = person.client.get(path, headers={"Accept-Encoding": "gzip"})
        sent += int(answer.headers["Content-Length"])
    assert len(used) + 1 <= 10
    assert sent <= 100_000
