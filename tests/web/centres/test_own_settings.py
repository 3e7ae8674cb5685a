"""One's own PIN and tokens, on pages."""

import re

from access.accounts import bearer
from tests.web.pages import WebSite
from tests.web.test_sign_in import NAME, PASSWORD, with_password
from web.http.kept_forms import SECRETS

PIN, TOKENS = "/settings/pin", "/settings/tokens"


def test_a_pin_is_set_then_changed_by_who_knows_it_or_the_password(
    pages: WebSite,
) -> None:
    admin = with_password(pages, "admin.hillside").person("admin.hillside")
    assert {"new_pin", "current_pin"} <= SECRETS
    refused = admin.send(admin.open(PIN), PIN, new_pin="12a4")
    assert (refused.status, "#new_pin" in refused.links) == (422, True)
    done = admin.send(admin.open(PIN), PIN, new_pin="4821")
    assert "Your PIN is set." in done.text
    for given, field in (
        ({}, "#current_pin"),
        ({"current_pin": "0000"}, "#current_pin"),
        ({"password": "wrong"}, "#password"),
    ):
        refused = admin.send(admin.open(PIN), PIN, new_pin="7350", **given)
        assert (refused.status, field in refused.links) == (422, True), given
    for given in ({"current_pin": "4821"}, {"password": PASSWORD}):
        done = admin.send(admin.open(PIN), PIN, new_pin="7350", **given)
        assert "Your PIN is set." in done.text
    auditor = pages.person("auditor").open(PIN)
    assert PIN not in [each.action for each in auditor.forms]


def test_a_token_is_made_shown_once_and_ended(pages: WebSite) -> None:
    admin = pages.person(NAME)
    page = admin.open(TOKENS)
    refused = admin.send(page, TOKENS, label=" ", days="90")
    assert (refused.status, "#label" in refused.links) == (422, True)
    refused = admin.send(page, TOKENS, label="<b>nightly</b>", days="7")
    assert (refused.status, "#days" in refused.links) == (422, True)
    form = page.form(TOKENS).values | {"label": "<b>nightly</b>", "days": "90"}
    made = admin.post(TOKENS, form)
    token = re.search(r"lm_\w+_\w+_[\w-]{43}", made.text)
    assert token
    assert "<b>nightly" not in made.html
    context, at = pages.service.context, pages.service.clock()
    assert bearer(context, token[0], at).name == NAME
    again = admin.post(TOKENS, form)
    assert (again.status, "lm_" in again.text) == (422, False)
    listed = admin.open("/settings/sessions")
    assert listed.text.count("<b>nightly</b> ") >= 1
    assert token[0] not in listed.html
