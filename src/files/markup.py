"""Tables that are not workbooks, whatever their file is called: web pages, XML, old Excel."""

import re

from events.uploads.upload import FileProblem

_LOOKED_AT = 4096
_PAGE = re.compile(
    r"<(?:!doctype html|html|head|body|table|meta|div|style|script|title)\b"
)
_ARCHIVED_PAGE = "mime-version:"
_XML_WORKBOOK = "urn:schemas-microsoft-com:office:spreadsheet"

OLE = b"\xd0\xcf\x11\xe0"
"""The first bytes of a file by Office before 2007, or of one with a password."""

_LOCKED = "EncryptedPackage".encode("utf-16-le")
_OLD_KINDS = (
    ("WordDocument".encode("utf-16-le"), "an older Word document (.doc)"),
    ("PowerPoint Document".encode("utf-16-le"), "an older PowerPoint file (.ppt)"),
)
_OLD_WORKBOOKS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_BARE_WORKBOOKS = (
    b"\x09\x00\x04\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x08\x08\x00",
    b"\x09\x08\x10\x00",
)
"""The first bytes of a bare workbook stream of Excel 2, 3, 4, 5 and 97."""


def markup_problem(text: str) -> FileProblem | None:
    """Recognise a web page or an XML document."""
    start = text[:_LOOKED_AT].lstrip("\ufeff \t\r\n").casefold()
    if start.startswith(_ARCHIVED_PAGE):
        return FileProblem(code="web-page")
    if not start.startswith("<"):
        return None
    if _XML_WORKBOOK in start:
        return FileProblem(code="xml-workbook")
    if _PAGE.search(start):
        return FileProblem(code="web-page")
    is_xml = start.startswith("<?xml")
    return FileProblem(code="not-csv", found="an XML document") if is_xml else None


def old_office_problem(content: bytes) -> FileProblem | None:
    """Recognise an older Office file, or a newer one with a password."""
    if content.startswith(_BARE_WORKBOOKS):
        return FileProblem(code="older-workbook")
    if not content.startswith(OLE):
        return None
    if _LOCKED in content:
        return FileProblem(code="locked")
    for mark, kind in _OLD_KINDS:
        if mark in content:
            return FileProblem(code="not-csv", found=kind)
    if any(mark in content for mark in _OLD_WORKBOOKS):
        return FileProblem(code="older-workbook")
    return FileProblem(code="not-csv", found="an older Office file")
