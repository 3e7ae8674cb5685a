"""Certificates on pages: looked at, printed, replaced, revoked."""

import re
import sys
import zlib
from collections.abc import Iterator
from itertools import chain

import pytest

from files.pdf import PdfUnavailable, write_pdf
from tests.web.pages import FullSite, full_site
from web.http.static_files import FOLDER


@pytest.fixture
def own() -> Iterator[FullSite]:
    """Give a site of one's own to those who change certificates."""
    with full_site() as opened:
        yield opened


def test_a_certificate_is_shown_as_it_was_issued(full: FullSite) -> None:
    number = full.things.called["certificate"]
    person = full.person("admin.riverside")
    page = person.open(f"/certificates/{number}")
    assert "Full Quillfeather" in page.text
    assert "In force" in page.text
    assert "Waits to be printed" in page.text
    assert f"/certificates/{number}/certificate.pdf" in page.links
    assert any("/verify/C-" in link for link in page.links)
    assert "An Account Specialist of the awarding organisation replaces" in page.text
    assert not any("/revoke" in form.action for form in page.forms)
    assert person.open(f"/search?q={number}").address == f"/certificates/{number}"
    assert f"/certificates/{number}" in person.open("/certificates").links
    assert "No certificate matches" in person.open("/certificates?learner=000").text


def test_only_who_may_replaces_and_revokes(full: FullSite) -> None:
    number = full.things.called["certificate"]
    person = full.person("admin.riverside")
    token = person.open("/").form("/sign-out").values | {"revoke-reason": "No."}
    page = person.post(f"/certificates/{number}/revoke", token)
    assert page.status == 422
    assert "An Account Specialist" in page.text
    assert "In force" in page.text


def test_a_batch_is_printed_then_one_replaced_and_revoked(own: FullSite) -> None:
    number = own.things.called["certificate"]
    person = own.person("specialist")
    assert "1 certificate to print" in person.open("/").text
    queue = person.open("/certificates?state=waiting")
    assert person.client.get("/certificates/to-print.pdf").content.startswith(b"%PDF")
    said = person.send(queue, "/certificates/printing", certificate=number)
    assert "1 certificate is recorded as printed." in said.text
    assert "No certificate waits to be printed." in said.text

    one = person.open(f"/certificates/{number}")
    path = f"/certificates/{number}/reissue"
    refused = person.send(one, path, **{"reissue-reason": " "})
    assert refused.status == 422
    assert "reason" in refused.text
    values = one.form(path).values | {"reissue-reason": "<b>Lost</b>"}
    made = person.post(path, values)
    assert f"This was issued in place of {number}." in made.text
    assert person.post(path, values).address == made.address
    before = person.open(f"/certificates/{number}")
    assert f"{made.address.rpartition('/')[2]} was issued in its place" in before.text
    again = person.post(path, person.open(made.address).form("/sign-out").values)
    assert "was superseded by" in again.text or "reason" in again.text

    revoke = f"{made.address}/revoke"
    ended = person.send(made, revoke, **{"revoke-reason": "Graded by mistake."})
    assert "it was revoked on" in ended.text
    assert not any(form.action == revoke for form in ended.forms)


def test_the_document_is_tagged_for_those_who_do_not_see_it(full: FullSite) -> None:
    """PDF/UA-1: language, title, marked content, headings, table headers, alternatives."""
    number = full.things.called["certificate"]
    answer = full.person("auditor").client.get(
        f"/certificates/{number}/certificate.pdf"
    )
    assert answer.headers["content-type"] == "application/pdf"
    whole = whole_pdf(answer.content)
    for mark in (
        *(b"/StructTreeRoot", b"/MarkInfo", b"/Lang (en-GB)", b"/DisplayDocTitle true"),
        *(b"/S /H1", b"/S /TH", b"/S /Figure", b"/Alt", b"/Headers"),
        *(b"pdfuaid:part", f"Certificate {number}".encode()),
    ):
        assert mark in whole, mark
    fonts = {*re.findall(rb"/FontName /[A-Z]{6}\+([\w#-]+)", whole)}
    assert fonts
    assert all(b"Atkinson" in font or b"Ours" in font for font in fonts), fonts


def whole_pdf(content: bytes) -> bytes:
    """Give a PDF with its compressed streams unpacked."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    return b"\n".join(chain([content], map(unpack, packed)))


def unpack(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def test_a_machine_without_the_libraries_says_so(
    full: FullSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Missing:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                raise OSError

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(PdfUnavailable):
        write_pdf("<p>", folder=FOLDER)
    number = full.things.called["certificate"]
    page = full.person("auditor").open(f"/certificates/{number}/certificate.pdf")
    assert page.status == 409
    assert "the libraries of Pango are missing" in page.text
