"""A learner added and put right on pages (L1, L2)."""

from tests.web.pages import Opened, Person, WebSite

TYPED = {
    "given_name": "Chloë",
    "family_name": "D'Arcy",
    "date_of_birth": "27/3/2006",
    "uln": "",
}


def add(person: Person, **typed: str) -> Opened:
    page = person.open("/learners/new")
    return person.send(page, "/learners/new", **TYPED | typed)


def number_of(page: Opened) -> str:
    return page.address.rpartition("/")[2]


def test_a_learner_is_added_and_shown(pages: WebSite) -> None:
    page = add(pages.person("admin.riverside"), family_name="Shown")
    assert page.address.startswith("/learners/L-")
    assert "Chloë Shown was added." in page.text
    assert "27 March 2006" in page.text


def test_all_that_is_wrong_is_said_at_once_and_what_was_typed_stays(
    pages: WebSite,
) -> None:
    person = pages.person("admin.riverside")
    page = add(person, given_name="", date_of_birth="31/2/2006", family_name="Typed")
    assert page.status == 422
    assert {"#given_name", "#date_of_birth"} <= {*page.links}
    assert page.form("/learners/new").values["family_name"] == "Typed"
    assert page.form("/learners/new").values["date_of_birth"] == "31/2/2006"


def test_a_form_that_is_sent_twice_adds_one_learner(pages: WebSite) -> None:
    person = pages.person("admin.riverside")
    page = person.open("/learners/new")
    typed = TYPED | {"family_name": "Doubledee"}
    first = person.send(page, "/learners/new", **typed)
    again = person.send(page, "/learners/new", **typed)
    assert again.address == first.address
    assert "1 learner " in person.open("/learners?name=doubledee").text


def test_the_same_form_with_other_values_is_not_taken(pages: WebSite) -> None:
    person = pages.person("admin.riverside")
    page = person.open("/learners/new")
    person.send(page, "/learners/new", **TYPED | {"family_name": "Before"})
    refused = person.send(page, "/learners/new", **TYPED | {"family_name": "After"})
    assert refused.status == 422
    assert "This form was sent before, with other values." in refused.text


def test_somebody_alike_is_asked_about(pages: WebSite) -> None:
    person = pages.person("admin.riverside")
    add(person, family_name="Alike")
    person.open("/learners?name=alike")
    asked = add(person, family_name="Alike")
    assert asked.status == 422
    assert "This is a different person" in asked.text
    done = person.send(asked, "/learners/new", **TYPED, confirm_different_person="yes")
    assert done.status == 200


def test_details_are_put_right(pages: WebSite) -> None:
    person = pages.person("admin.riverside")
    learner = number_of(add(person, family_name="Wrong"))
    path = f"/learners/{learner}/edit"
    page = person.open(path)
    assert page.form(path).values["date_of_birth"] == "27/3/2006"
    saved = person.send(page, path, family_name="Right")
    assert "Saved." in saved.text
    assert "Chloë Right" in saved.text
    again = person.open(path)
    assert "which a centre may do once" in again.text
    refused = person.send(again, path, family_name="Righter")
    assert refused.status == 422
    assert refused.form(path).values["family_name"] == "Righter"


def test_who_was_slower_is_told_who_changed_what_and_keeps_what_was_typed(
    pages: WebSite,
) -> None:
    person, other = pages.person("admin.riverside"), pages.person("assessor.riverside")
    learner = number_of(add(person, family_name="Contested"))
    path = f"/learners/{learner}/edit"
    page = person.open(path)
    other.send(other.open(path), path, email="first@example.org")
    refused = person.send(page, path, email="second@example.org")
    assert refused.status == 422
    assert "assessor.riverside changed the learner's details" in refused.text
    assert refused.form(path).values["email"] == "second@example.org"
    assert "Email: first@example.org" in refused.text
    assert (
        "second@example.org"
        in person.send(refused, path, email="second@example.org").text
    )


def test_another_centres_learner_is_not_there(pages: WebSite) -> None:
    learner = number_of(add(pages.person("admin.riverside"), family_name="Own"))
    other = pages.person("admin.hillside")
    for path in ("", "/edit", "/timeline"):
        page = other.open(f"/learners/{learner}{path}")
        assert page.status == 404
        assert "Own" not in page.text
    token = other.open("/").form("/sign-out").values
    assert other.post(f"/learners/{learner}/edit", token).status == 404


def test_an_auditor_may_not_add_and_is_told_who_may(pages: WebSite) -> None:
    auditor = pages.person("auditor")
    assert "Add a learner" not in auditor.open("/learners").text
    refused = add(auditor, family_name="Audited")
    assert "Your role, Auditor, may not create a learner." in refused.text
