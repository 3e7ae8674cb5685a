"""Uploading as people do: a file under a name, and the page that its check ends on."""

import time
from collections.abc import Mapping

from tests.clock import PATIENCE
from tests.learner_examples import cells, csv_file
from tests.web.pages import OWN, Opened, Person, WebSite

PART = OWN | {"HX-Request": "true"}
"""What htmx says when it wants a part of the page."""

HOSTILE = "<script>alert(1)</script>"
BAD_DATE, OTHER_BAD = "31/02/2006", "32/1/2006"


def learner(given: str, **changed: str) -> dict[str, str]:
    """Make the cells of a row without a ULN."""
    return cells(given_name=given, **{"uln": "", "email": "", **changed})


def upload(person: Person, name: str, content: bytes, **typed: str) -> Opened:
    """Send the form with a file."""
    page = person.open("/uploads/new")
    values = page.form("/uploads/new").values | {"name": name, **typed}
    return person.post("/uploads/new", values, files={"file": ("l.csv", content)})


def upload_rows(person: Person, name: str, *rows: Mapping[str, str]) -> str:
    """Upload rows, and give the address of the group once it is checked."""
    page = upload(person, name, csv_file(*rows))
    assert page.status == 200, page.text
    return wait(person, page.address)


def wait(person: Person, address: str) -> str:
    """Wait until nothing goes on by itself any more."""
    until = time.monotonic() + PATIENCE
    while "<progress" in person.open(address).html:
        assert time.monotonic() < until
        time.sleep(0.02)
    return address


def settle(site: WebSite) -> None:
    """Let the lists come to where the log is."""
    assert site.service.read_models.wait_for(site.service.store.head(), PATIENCE)


def send(person: Person, address: str, action: str, **typed: object) -> Opened:
    return person.send(person.open(address), action, **typed)
