"""Pages over 100,000 learners: time beside the API's answer, and what a browser fetches.

Prints a table, and writes the same to ``build/pages.json``. ``LEARNERS=100000`` says how
many learners there are. Sizes are what comes over the wire, in kilobytes, in Chromium.
"""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks.lists import fill
from benchmarks.pairs import ROOT, Served, ours
from projections.database import open_database
from tests.web.browsers import chromium

LEARNERS = int(os.environ.get("LEARNERS", "100000"))
TIMES, API = 50, "/api/v1"
WRITTEN = ROOT / "build" / "pages.json"
TIMED = (
    ("/learners", f"{API}/learners?limit=50"),
    ("/learners?name=Khan", f"{API}/learners?name=Khan&limit=50"),
    ("/results", f"{API}/results?limit=50"),
    ("/claims", f"{API}/claims?limit=50"),
    ("/bookings", f"{API}/bookings?limit=50"),
    ("/", f"{API}/me"),
)
"""A page, and the API's answer that has the same in it."""
VISITED = ("/learners", "/results", "/learners?name=Khan")
"""The first page that a browser opens, with nothing in its cache, and the next ones."""


@dataclass(frozen=True, kw_only=True)
class Timed:
    """A page and the API's answer of the same, in milliseconds at the median."""

    page: str
    milliseconds: float
    api: float

    def line(self) -> str:
        ratio = self.milliseconds / self.api
        return (
            f"{self.page:24}  {self.milliseconds:8.1f}  {self.api:8.1f}  {ratio:5.2f}"
        )


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """What a browser fetches to show a page."""

    page: str
    requests: int
    kilobytes: float

    def line(self) -> str:
        return f"{self.page:24}  {self.requests:8}  {self.kilobytes:8.1f}"


def run() -> None:
    with TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/data"
        with closing(open_database(database)) as kept:
            fill(kept, LEARNERS)
        with ours(database, Path(folder, "key"), iter(())) as served:
            timed, weighed = list(times(served)), list(weights(served))
    tables = {
        "times": [asdict(each) for each in timed],
        "weights": [asdict(each) for each in weighed],
    }
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(json.dumps({"learners": LEARNERS, **tables}, indent=1))


def times(served: Served) -> Iterator[Timed]:
    """Ask for pages and the API's answers in turns, on kept-alive connections."""
    print(f"{LEARNERS:,} learners\n{'page':24}  {'ms':>8}  {'API, ms':>8}  ratio")
    cookie = {"Cookie": f"session={served.cookie}", "Sec-Fetch-Site": "none"}
    token = {"Authorization": f"Bearer {served.token}"}
    with closing(HTTPConnection("127.0.0.1", served.port)) as client:
        for page, path in TIMED:
            pairs = [
                (seconds(client, page, cookie), seconds(client, path, token))
                for _ in range(TIMES)
            ]
            mine, api = (1000 * median(each) for each in zip(*pairs[1:], strict=True))
            found = Timed(page=page, milliseconds=mine, api=api)
            print(found.line(), flush=True)
            yield found


def seconds(client: HTTPConnection, path: str, headers: dict[str, str]) -> float:
    began = perf_counter()
    client.request("GET", path, headers=headers)
    answer = client.getresponse()
    answer.read()
    if answer.status != HTTPStatus.OK:
        message = f"{path}: {answer.status}"
        raise RuntimeError(message)
    return perf_counter() - began


def weights(served: Served) -> Iterator[Weighed]:
    """Open pages in one browser, one after the other, and count what it fetches."""
    print(f"{'page':24}  {'requests':>8}  {'kB':>8}")
    address = f"http://127.0.0.1:{served.port}"
    with chromium() as browser:
        context = browser.new_context()
        context.add_cookies(
            [{"name": "session", "value": served.cookie, "url": address}]
        )
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        fetched: list[float] = []
        network.on("Network.loadingFinished", partial(weigh, fetched))
        for path in VISITED:
            fetched.clear()
            page.goto(address + path, wait_until="networkidle")
            found = Weighed(
                page=path, requests=len(fetched), kilobytes=sum(fetched) / 1000
            )
            print(found.line(), flush=True)
            yield found


def weigh(fetched: list[float], finished: dict[str, Any]) -> None:
    """Note what came over the wire; what the browser had kept weighs nothing."""
    if finished["encodedDataLength"]:
        fetched.append(finished["encodedDataLength"])
