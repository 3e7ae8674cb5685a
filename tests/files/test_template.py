"""The template that learners are copied into."""

from io import BytesIO
from zipfile import ZipFile

from files.template import xlsx_template


def test_the_template_is_the_same_whenever_it_is_made() -> None:
    """U2: its tag says so, and who has it is not sent it again."""
    with ZipFile(BytesIO(xlsx_template())) as parts:
        assert b"2000-01-01T00:00:00Z</dcterms:created>" in parts.read(
            "docProps/core.xml"
        )
        assert {part.date_time[0] for part in parts.infolist()} == {1980}
