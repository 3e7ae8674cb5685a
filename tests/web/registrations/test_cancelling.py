"""Cancelling a registration, with all that stands in its way."""

from tests.web.orders.test_orders import add_learner, fill, send
from tests.web.pages import Person, WebSite, website


def register(shop: WebSite, admin: Person) -> tuple[str, str]:
    """Register somebody; gives the learner, and the address of the registration."""
    learner = add_learner(shop)
    at = fill(admin, learner)
    page = send(admin, f"{at}/confirm", f"{at}/confirm")
    number = page.html.partition('data-copy="R-')[2].partition('"')[0]
    return learner, f"/registrations/R-{number}"


def test_it_is_cancelled_for_a_reason_by_who_may() -> None:
    with website() as shop:
        admin = shop.person("admin.riverside")
        learner, at = register(shop, admin)
        assert admin.open(at).address == f"/learners/{learner}"
        assert f"{at}/cancel" in admin.open(f"/learners/{learner}").links
        assessor = shop.person("assessor.riverside").open(f"{at}/cancel")
        assert "Ask a Centre Administrator" in assessor.text
        page = admin.open(f"{at}/cancel")
        assert page.text.count("Met") == 6
        assert "£0.00" in page.text
        page = admin.send(page, f"{at}/cancel", reason=" ")
        assert page.status == 422
        assert "#reason" in page.links
        page = admin.send(page, f"{at}/cancel", reason="Registered by mistake.")
        assert page.address == f"/learners/{learner}"
        assert "is cancelled." in page.text
        page = admin.open(f"{at}/cancel")
        assert "It cannot be cancelled" in page.text
        assert "is Cancelled already." in page.text
        assert shop.person("admin.hillside").open(f"{at}/cancel").status == 404
