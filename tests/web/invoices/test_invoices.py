"""Invoice lines on pages."""

from tests.web.pages import FullSite


def test_lines_lead_to_their_order_and_event(full: FullSite) -> None:
    called, person = full.things.called, full.person("admin.riverside")
    page = person.open("/invoices")
    assert f"/invoices/{called['line']}" in page.links
    assert f"/orders/{called['order']}" in page.links
    assert "PO Quillfeather" in page.text
    one = person.open(f"/invoices/{called['line']}")
    assert f"/orders/{called['order']}" in one.links
    assert f"/history/{called['line']}" in one.links
    assert "admin.riverside (Centre Administrator)" in one.text
    assert "No line matches" in person.open("/invoices?status=Paid").text
    assert person.open("/invoices?status=nothing").status == 422
    address = next(each for each in page.links if each.startswith("/invoices.csv"))
    rows = person.client.get(address).text
    assert called["line"] in rows
    assert "Spare" in rows
