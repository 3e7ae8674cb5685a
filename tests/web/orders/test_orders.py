"""Orders of registrations, from the first click to the registrations."""

from collections.abc import Iterator

import pytest

from commands.learners.learner import CreateLearner
from store import Actor
from tests.clock import PATIENCE
from tests.learner_examples import cells
from tests.web.pages import Opened, Person, WebSite, website

PRODUCT, TWO_WAYS = "Q-0005001227", "Q-0005001568"
HOSTILE = "<script>alert(1)</script>"
DATES = {"dates-0-starts": "1/9/2026", "dates-0-ends": "16/7/2027"}
OTHER_PRICE = "1.00"


@pytest.fixture(scope="module")
def shop() -> Iterator[WebSite]:
    with website() as opened:
        yield opened


@pytest.fixture
def admin(shop: WebSite) -> Person:
    return shop.person("admin.riverside")


def add_learner(shop: WebSite, given: str = HOSTILE) -> str:
    by = Actor(
        user="admin.riverside",
        role="Centre Administrator",
        centre="48213",
        channel="test",
    )
    command = CreateLearner(
        by=by,
        at=shop.service.clock(),
        cells=cells(given_name=given, family_name="Khan", uln="", email=""),
        alike=lambda *_: {},
        is_different_person=True,
    )
    created = shop.service.send(command).created_id
    assert shop.service.read_models.wait_for(shop.service.store.head(), PATIENCE)
    return created


def begin(person: Person) -> str:
    page = person.send(person.open("/orders"), "/orders")
    assert page.status == 200
    assert "Create order" in page.text
    return page.address


def send(person: Person, address: str, action: str, **typed: object) -> Opened:
    return person.send(person.open(address), action, **typed)


def fill(person: Person, learner: str) -> str:
    """Put together an order of one learner that can be confirmed; gives its address."""
    at = begin(person)
    send(person, f"{at}/products", f"{at}/products", products=PRODUCT)
    link(person, at, learner)
    page = send(person, f"{at}/dates", f"{at}/dates", **DATES)
    assert "Course dates saved" in page.text
    return at


def link(person: Person, at: str, learner: str) -> Opened:
    search = f"{at}/learners?learner={learner}"
    action = f"{at}/learners?learner={learner}"
    page = send(person, search, action, learners=learner)
    assert "1 learner linked" in page.text
    return page


def test_an_order_is_put_together_and_confirmed_once(
    shop: WebSite, admin: Person
) -> None:
    learner = add_learner(shop)
    at = fill(admin, learner)
    send(admin, f"{at}/po", f"{at}/po", purchase_order_number="PO <b>1</b>")
    page = admin.open(f"{at}/confirm")
    assert HOSTILE not in page.html
    assert HOSTILE in page.text
    head = shop.service.store.head()
    done = admin.send(page, f"{at}/confirm")
    assert done.address == f"{at}/done"
    confirmed = shop.service.store.head()
    assert confirmed > head
    again = admin.send(page, f"{at}/confirm")
    assert again.address == f"{at}/done"
    assert shop.service.store.head() == confirmed
    assert admin.open(at).address == f"{at}/done"
    text = admin.client.get(f"{at}/registrations.csv").text
    assert text.count(learner) == 1
    assert "PO <b>1</b>" in text


def test_confirming_at_another_total_says_what_it_is_now(
    shop: WebSite, admin: Person
) -> None:
    at = fill(admin, add_learner(shop))
    page = send(admin, f"{at}/confirm", f"{at}/confirm", total=OTHER_PRICE)
    assert page.status == 422
    assert "The order comes to" in page.text
    assert "not £1.00" in page.text


def test_what_is_lacking_is_said_with_the_way_to_it(admin: Person) -> None:
    at = begin(admin)
    page = admin.open(f"{at}/confirm")
    assert "Choose a product." in page.text
    assert f"{at}/products" in page.links
    assert not [form for form in page.forms if form.action == f"{at}/confirm"]
    assert "Link the learners." in admin.open(at).text


def test_dates_at_fault_are_said_at_their_fields_and_kept(
    shop: WebSite, admin: Person
) -> None:
    at = fill(admin, add_learner(shop))
    typed = {"dates-0-starts": "31/2/2026", "dates-0-ends": "1/1/2027"}
    page = send(admin, f"{at}/dates", f"{at}/dates", **typed)
    assert page.status == 422
    assert "#dates-0-starts" in page.links
    assert 'value="31/2/2026"' in page.html
    typed = {"dates-1-starts": "1/9/2026", "dates-1-ends": "1/1/2026"}
    page = send(admin, f"{at}/dates", f"{at}/dates/each", **typed)
    assert page.status == 422
    assert "#dates-1-ends" in page.links
    assert 'value="1/1/2026"' in page.html


def test_dates_are_pasted_from_a_spreadsheet(admin: Person, shop: WebSite) -> None:
    learner = add_learner(shop)
    at = fill(admin, learner)
    action, lines = f"{at}/dates/pasted", f"{learner}\tKhan\t1/10/2026\t30/6/2027\n"
    wrong = {
        f"{lines}{learner}\t31/2/2026\t1/1/2027": "Line 2: 31 February",
        f"\n\n{learner}\t1/10/2026\t1/9/2026": "Line 3: The course ends on",
        "L-0000000017T\t1/10/2026\t1/9/2027": "Line 1: Learner L-0000000017T is not",
        f"{learner}\t1/10/2026": "Line 1: Give the day on which the course starts",
    }
    for pasted, why in wrong.items():
        page = send(admin, f"{at}/dates", action, pasted=pasted)
        assert page.status == 422, pasted
        assert why in page.text
        assert "#pasted" in page.links
        assert pasted.strip() in page.html
    far = f"{learner}\t1/9/2066\t1/1/2067"
    page = send(admin, f"{at}/dates", action, pasted=far)
    assert "tick “These dates are right”" in page.text
    assert "#pasted" in page.links
    page = send(admin, f"{at}/dates", action, pasted=lines)
    assert "Course dates of 1 learner saved." in page.text
    assert 'value="1/10/2026"' in admin.open(f"{at}/dates").html


def test_unlikely_dates_are_saved_once_a_tick_says_that_they_are_right(
    shop: WebSite, admin: Person
) -> None:
    at = fill(admin, add_learner(shop))
    typed = {"dates-0-starts": "1/9/2066", "dates-0-ends": "1/1/2067"}
    page = send(admin, f"{at}/dates", f"{at}/dates", **typed)
    assert "tick “These dates are right”" in page.text
    page = admin.send(page, f"{at}/dates", **typed, confirm_unlikely="yes")
    assert page.address == at


def test_typed_work_goes_only_with_a_tick(shop: WebSite, admin: Person) -> None:
    learner = add_learner(shop)
    at = fill(admin, learner)
    own = {"dates-1-starts": "2/9/2026", "dates-1-ends": "1/7/2027"}
    send(admin, f"{at}/dates", f"{at}/dates/each", **own)
    gone = {"unlink": f"{learner} {PRODUCT}"}
    values = admin.open(f"{at}/learners").form(f"{at}/learners/pathways").values
    page = admin.post(f"{at}/learners/unlink", values | gone)
    assert "This would be lost" in page.text
    page = admin.send(page, f"{at}/learners/unlink", confirm_loss="yes")
    assert f"{learner} removed." in page.text


def test_who_is_registered_already_is_said_and_taken_off_in_one_go(
    shop: WebSite, admin: Person
) -> None:
    learner = add_learner(shop)
    first = fill(admin, learner)
    send(admin, f"{first}/confirm", f"{first}/confirm")
    at = fill(admin, learner)
    page = admin.open(f"{at}/learners?learner={learner}")
    assert "already: R-" in page.text
    action = f"{at}/learners/pathways?learner={learner}"
    values = page.form(action).values
    page = admin.post(
        f"{at}/learners/unlink", values | {"unlink": f"registered {PRODUCT}"}
    )
    assert "1 learner removed." in page.text


def test_a_pathway_is_chosen_for_all_and_for_one(shop: WebSite, admin: Person) -> None:
    at, learners = begin(admin), [add_learner(shop, "Wren") for _ in range(2)]
    send(admin, f"{at}/products", f"{at}/products", products=TWO_WAYS)
    link(admin, at, learners[0])
    assert "Choose a pathway of" in admin.open(at).text
    search = f"{at}/learners?learner={learners[1]}"
    send(
        admin,
        search,
        search,
        learners=learners[1],
        **{f"pathway-{TWO_WAYS}": "FRONT"},
    )
    own = {f"pathway-{learners[0]}-{TWO_WAYS}": "FOOD"}
    page = send(admin, f"{at}/learners", f"{at}/learners/pathways", **own)
    assert "Pathways saved." in page.text
    assert page.html.count('value="FOOD" selected') == 1
    assert page.html.count('value="FRONT" selected') == 1
    assert "Choose a pathway of" not in admin.open(at).text


def test_whoever_is_linked_is_ticked_first(admin: Person) -> None:
    at = begin(admin)
    search = f"{at}/learners?name=khan"
    page = send(admin, search, search)
    assert page.status == 422
    assert "Tick the learners, or choose a group" in page.text


def test_the_second_of_two_people_is_told_what_the_first_changed(
    shop: WebSite, admin: Person
) -> None:
    at = begin(admin)
    page = admin.open(f"{at}/po")
    assessor = shop.person("assessor.riverside")
    send(assessor, f"{at}/po", f"{at}/po", purchase_order_number="PO-A")
    page = admin.send(page, f"{at}/po", purchase_order_number="PO-B")
    assert page.status == 422
    assert "purchase order number" in page.text
    assert "assessor.riverside" in page.text
    assert 'value="PO-B"' in page.html


def test_why_a_product_cannot_be_ordered_is_said(admin: Person) -> None:
    at = begin(admin)
    page = admin.open(f"{at}/products")
    assert "Registration for Level 1 Award in Business Skills closed on" in page.text
    page = admin.open(f"{at}/products?search=5001227")
    assert "1 product" in page.text
    assert "Clear all" in admin.open(f"{at}/products?search=nothing+such").text


def test_a_draft_is_on_the_home_page_until_it_is_deleted() -> None:
    with website() as alone:
        person = alone.person("admin.riverside")
        at = begin(person)
        number = at.removeprefix("/orders/")
        assert f"Finish order {number}" in person.open("/").text
        assert person.open(f"/search?q={number}").address == at
        page = send(person, f"{at}/delete", f"{at}/delete")
        assert "deleted" in page.text
        assert person.open(at).status == 404
        assert number not in person.open("/").text


def test_an_auditor_begins_no_order(shop: WebSite, admin: Person) -> None:
    at = begin(admin)
    auditor = shop.person("auditor")
    assert "begin orders for their centre" in auditor.open("/orders").text
    assert "may change it" in auditor.open(at).text
    page = send(auditor, f"{at}/po", f"{at}/po", purchase_order_number="X")
    assert "may not" in page.text
    assert shop.person("admin.hillside").open(at).status == 404


def test_orders_are_found_by_state_number_and_purchase_order(admin: Person) -> None:
    at = begin(admin)
    send(admin, f"{at}/po", f"{at}/po", purchase_order_number="PO-FIND")
    number = at.removeprefix("/orders/")
    assert number in admin.open("/orders?purchase_order=PO-FIND").text
    assert number in admin.open(f"/orders?state=Draft&reference={number}").text
    assert number not in admin.open("/orders?state=Confirmed").text
    assert admin.open("/orders?state=Nonsense").status == 422
