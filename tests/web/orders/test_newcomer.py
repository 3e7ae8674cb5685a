"""A learner created in an order, with photograph and signature (O3, L1)."""

from collections.abc import Iterator

import pytest

from tests.image_examples import PHOTOGRAPH
from tests.web.pages import OWN, FullSite, full_site

WHO = {"given_name": "Priya", "family_name": "<b>Shah</b>", "date_of_birth": "1/2/2005"}


@pytest.fixture
def site() -> Iterator[FullSite]:
    with full_site() as opened:
        yield opened


def test_a_learner_is_created_linked_and_pictured(site: FullSite) -> None:
    person = site.person("admin.riverside")
    path = f"/orders/{site.things.drafts['order']}/learners"
    page = person.open(f"{path}/new")
    wrong = person.send(page, f"{path}/new", **WHO | {"date_of_birth": "31/2/2005"})
    assert wrong.status == 422
    assert "#date_of_birth" in wrong.links
    values = wrong.form(f"{path}/new").values
    assert values["given_name"] == "Priya"
    no_image = {"photograph": ("me.png", b"no image", "image/png")}
    refused = person.client.post(
        f"{path}/new", data=values | WHO, files=no_image, headers=OWN
    )
    assert refused.status_code == 422
    assert "#photograph" in refused.text
    images = {
        "photograph": ("me.png", PHOTOGRAPH, "image/png"),
        "signature": ("s.png", PHOTOGRAPH, "image/png"),
    }
    done = person.client.post(
        f"{path}/new", data=values | WHO, files=images, headers=OWN
    )
    assert done.status_code == 200
    assert "&lt;b&gt;Shah&lt;/b&gt; was added and linked." in done.text
    head = site.service.store.head()
    person.client.post(f"{path}/new", data=values | WHO, files=images, headers=OWN)
    assert site.service.store.head() == head
    assert "Priya" in person.open(path).text


def test_a_photograph_is_shown_and_replaced(site: FullSite) -> None:
    person = site.person("admin.riverside")
    learner = f"/learners/{site.things.called['learner']}"
    for kind, name in (("photograph", "photo"), ("signature", "signature")):
        page = person.open(f"{learner}/{name}")
        assert "Received on" in page.text
        image = person.client.get(f"{learner}/{name}.image")
        assert image.headers["content-type"].startswith("image/")
        empty = person.send(page, f"{learner}/{name}")
        assert empty.status == 422
        assert f"#{kind}" in empty.links
        file = {kind: ("me.png", PHOTOGRAPH, "image/png")}
        values = page.form(f"{learner}/{name}").values
        saved = person.client.post(
            f"{learner}/{name}", data=values, files=file, headers=OWN
        )
        assert f"{kind.capitalize()} saved." in saved.text
    assert site.person("admin.hillside").open(f"{learner}/photo").status == 404
    assert "add and replace it" in site.person("auditor").open(f"{learner}/photo").text
