"""Anybody checks a certificate by its code; nobody learns of others."""

from queries.claims.verification_code import certificate_of_code, verification_code
from tests.web.pages import FullSite, site_of
from web.certificates.verify import RATE


def test_a_code_is_proved_however_it_is_written(full: FullSite) -> None:
    store, number = full.service.store, full.things.called["certificate"]
    code = verification_code(store, number)
    for written in (code, code.lower(), code.replace("-", " "), f" {code}\n"):
        assert certificate_of_code(store, written) == number
    assert certificate_of_code(store, code.replace("0", "O")) in {number, None}
    other = "C-0000000017T"
    for wrong in (
        *("", number, code[:-1], f"{code[:-1]}!", f"{code}0", "é" * 22),
        code.replace(number, other),
    ):
        assert certificate_of_code(store, wrong) is None


def test_anybody_checks_a_certificate(full: FullSite) -> None:
    """M19: by the code on it, without signing in."""
    nobody, number = full.person(), full.things.called["certificate"]
    code = verification_code(full.service.store, number)
    page = nobody.open(f"/verify?code={code}")
    assert page.address == f"/verify/{code}"
    assert page.status == 200
    assert "This certificate is genuine" in page.text
    assert "Full Quillfeather" in page.text
    assert "Level 2 Diploma in Team Leading" in page.text
    told = full.things.everything() - {number, "Quillfeather"}
    assert [each for each in told if each in page.html] == []


def test_every_miss_is_answered_alike(full: FullSite) -> None:
    """M19: page and status are the same, whatever was tried."""
    nobody, number = full.person(), full.things.called["certificate"]
    code = verification_code(full.service.store, number)
    made_up = code.replace(number, "C-0000000017T")
    misses = (number, f"{code[:-1]}?", made_up, "a/b", "<b>", f"{code} 1")
    pages = [nobody.open(f"/verify/{each}") for each in misses]
    assert {page.status for page in pages} == {404}
    assert len({page.html for page in pages}) == 1
    signed_in = full.person("admin.riverside").open(f"/verify/{number}")
    assert signed_in.status == 404


def test_codes_are_tried_so_often_and_no_more(full: FullSite) -> None:
    nobody = site_of(full.service).person()
    most = int(RATE.partition("/")[0])
    assert {nobody.open("/verify/none").status for _ in range(most)} == {404}
    page = nobody.open("/verify/none")
    assert page.status == 429
    assert "Wait" in page.text
