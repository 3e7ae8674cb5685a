"""A learner's personal data erased: by an Account Specialist, who proves it is them."""

from tests.web.orders.test_orders import add_learner
from tests.web.pages import website
from tests.web.test_sign_in import PASSWORD, with_password

NAME = "Remembered"
WHY = "Requested by the person on 3 November, case 1024."


def test_data_are_erased_by_who_gives_their_password_again() -> None:
    """H6."""
    with website() as shop:
        learner = add_learner(shop, NAME)
        at = f"/learners/{learner}"
        specialist = with_password(shop, "specialist").person("specialist")
        page = specialist.open(at)
        assert NAME in page.text
        assert f"{at}/erase" in page.links
        page, head = specialist.open(f"{at}/erase"), shop.service.store.head()
        for password in ("", "not mine"):
            typed = {"reason": WHY, "end_in_flight": "yes", "password": password}
            refused = specialist.send(page, f"{at}/erase", **typed)
            assert (refused.status, "#password" in refused.links) == (422, True)
            assert f'value="{WHY}"' in refused.html
            assert refused.form(f"{at}/erase").values["end_in_flight"] == "yes"
        assert NAME in specialist.open(at).text
        refused = specialist.send(page, f"{at}/erase", reason="", password=PASSWORD)
        assert (refused.status, "#reason" in refused.links) == (422, True)
        page = specialist.send(page, f"{at}/erase", reason=WHY, password=PASSWORD)
        assert "The personal data were erased." in page.text
        assert NAME not in page.text
        assert "were erased before" in specialist.open(f"{at}/erase").text
        assert head < shop.service.store.head()


def test_who_may_not_erase_is_told_who_may() -> None:
    with website() as shop:
        learner = add_learner(shop)
        at = f"/learners/{learner}"
        admin = with_password(shop).person("admin.riverside")
        assert f"{at}/erase" not in admin.open(at).links
        assert "Ask an Account Specialist" in admin.open(f"{at}/erase").text
        token = admin.open("/").form("/sign-out").values
        typed = token | {"reason": WHY, "password": PASSWORD}
        refused = admin.post(f"{at}/erase", typed)
        assert (refused.status, "Ask an Account Specialist" in refused.text) == (
            422,
            True,
        )
        assert "were erased" not in admin.open(at).text
