"""The page on which 100 learners are given grades of 40 units, beside the API's answer."""

import random
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from starlette.testclient import TestClient

from benchmarks.pairs import ROOT
from catalogue import AwardType
from cli.demo.filling import PASS, PRODUCT, Filling
from cli.demo.people import learner_file
from cli.demo.users import USERS
from cli.session import CHANNEL, get_user
from commands.claims.claim import BeginClaim
from events.claims.claim import Award
from service import Service
from tests.api.running import clients, running
from tests.clock import Clock
from tests.web.pages import site_of

LEARNERS, UNITS, ACHIEVED, TIMES = 100, 40, 0.6, 30
RULES = "qualifications/team-leading-2"
UNIT = (
    "  - {{number: {0}, reference: Z/900/{0}, title: Further unit {0}, group: B, level: 2,"
    " credits: 4, glh: 18, assessment: internal, grades: [U, P]}}\n"
)


def run() -> None:
    with TemporaryDirectory() as folder, ExitStack() as opened:
        catalogue = larger_catalogue(Path(folder, "catalogue"))
        service = opened.enter_context(
            running(
                f"sqlite:///{folder}/data",
                Path(folder, "key"),
                Clock(),
                catalogue=catalogue,
            )
        )
        claim = claim_of_many(service)
        service.read_models.wait_for(service.store.head(), 600)
        api = opened.enter_context(clients(service))(USERS[0].name)
        page = site_of(service).person(USERS[0].name).client
        path = f"/claims/{claim}/grades"
        page_took = took(lambda: page.get(path).content)
        weight = weight_of(page, path)
        api_took = took(lambda: api.get(f"/api/v1/claims/{claim}").content)
    print(f"{LEARNERS} learners x {UNITS} units, in process")
    print(f"the page of grades: {page_took[0]:.1f} ms, {page_took[1]:.1f} of processor")
    print(f"it weighs {weight:.1f} kB compressed")
    print(f"the API's claim: {api_took[0]:.1f} ms, {api_took[1]:.1f} of processor")
    print(f"ratio: {page_took[1] / api_took[1]:.2f}")


def larger_catalogue(folder: Path) -> Path:
    """Copy the demo's catalogue; its first qualification has more units there."""
    shutil.copytree(ROOT / "catalogue", folder)
    rules = folder / f"{RULES}.yaml"
    text = rules.read_text()
    more = range(1_000, 1_000 + UNITS - text.count("assessment: internal"))
    before, pathways, after = text.partition("pathways:")
    rules.write_text(before + "".join(map(UNIT.format, more)) + pathways + after)
    (folder / f"{RULES}.cases.yaml").unlink()
    return folder


def claim_of_many(service: Service) -> str:
    """Register learners, and begin a claim in which each has most of the units."""
    by = get_user(service, USERS[0].name).actor(CHANNEL)
    filling = Filling(service=service, by=by, seed=1)
    people = learner_file(LEARNERS, seed=1, today=filling.today)
    learners = filling.submit(filling.upload("Many", "many.csv", people))
    filling.order_products(learners)
    rules = service.catalogue.qualification(PRODUCT)
    units = [unit.reference for unit in rules.internal_units]
    chance = random.Random(1)  # noqa: S311 - grades
    awards = {
        learner: Award(
            award_type=AwardType.FULL,
            award_date=filling.today - timedelta(days=1),
            grades={unit: PASS for unit in units if chance.random() < ACHIEVED},
        )
        for learner in learners
    }
    begin = BeginClaim(
        by=by,
        at=service.clock(),
        qualification=PRODUCT,
        units=tuple(units),
        learners=tuple(learners),
        awards=awards,
    )
    return filling.send(begin)


def weight_of(client: TestClient, path: str) -> float:
    """Weigh what is sent for a page, in kilobytes."""
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    return int(answer.headers.get("content-length", len(answer.content))) / 1000


def took(ask: Callable[[], object]) -> tuple[float, float]:
    """Give the medians of milliseconds, and of those of processor, of a call."""
    times = []
    for _ in range(TIMES + 1):
        wall, busy = perf_counter(), process_time()
        ask()
        times.append((1000 * (perf_counter() - wall), 1000 * (process_time() - busy)))
    walls, busies = zip(*times[1:], strict=True)
    return median(walls), median(busies)
