"""What pages weigh on the wire: a first one with all that it needs, and each next one."""

from contextlib import ExitStack
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser
from starlette.testclient import TestClient

from benchmarks.grades import claim_of_many, larger_catalogue, weight_of
from benchmarks.pages import weigh
from cli.demo.users import USERS
from tests.api.running import running
from tests.clock import Clock
from tests.web.browsers import screen_of, served
from tests.web.pages import FullSite, site_of

FIRST_PAGE, REQUESTS, NEXT_PAGE = 100, 10, 15
"""The most kilobytes and requests that a browser fetches."""


def too_heavy(client: TestClient, paths: list[str]) -> dict[str, float]:
    weights = {path: weight_of(client, path) for path in paths if "." not in path}
    return {path: weight for path, weight in weights.items() if weight > NEXT_PAGE}


def test_a_next_page_weighs_little(full: FullSite) -> None:
    client = full.person("admin.riverside").client
    assert too_heavy(client, [*full.lists(), *full.paths("GET"), *full.drafts()]) == {}
    client = full.person("auditor").client
    assert too_heavy(client, ["/audit", "/audit/verification", "/operations"]) == {}


def test_the_grid_of_100_learners_and_40_units_weighs_little(tmp_path: Path) -> None:
    catalogue = larger_catalogue(tmp_path / "catalogue")
    with ExitStack() as opened:
        database, key = f"sqlite:///{tmp_path}/data", tmp_path / "key"
        service = opened.enter_context(
            running(database, key, Clock(), catalogue=catalogue)
        )
        claim = claim_of_many(service)
        assert service.read_models.wait_for(service.store.head(), 60)
        client = site_of(service).person(USERS[0].name).client
        page = client.get(f"/claims/{claim}/grades").text
        assert page.count('name="learner"') == 100
        assert page.count('<input name="grades-') == 100 * 40
        stages = ("", "/grades", "/learners", "/units", "/submit", "/ineligible")
        paths = [f"/claims/{claim}{stage}" for stage in stages]
        assert too_heavy(client, ["/", "/learners", "/ineligible", *paths]) == {}


def test_a_first_page_fetches_little(full: FullSite, browser: Browser) -> None:
    fetched: list[float] = []
    with (
        served(full) as where,
        screen_of(browser, full, where, "admin.riverside") as screen,
    ):
        network = screen.page.context.new_cdp_session(screen.page)
        network.send("Network.enable")
        network.on("Network.loadingFinished", partial(weigh, fetched))
        screen.page.goto(f"{where}/learners", wait_until="networkidle")
    assert 1 < len(fetched) <= REQUESTS
    assert sum(fetched) / 1000 <= FIRST_PAGE
