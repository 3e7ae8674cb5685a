"""The page that lists every event."""

from pathlib import Path

from events.listing import page

PAGE = Path(__file__).parents[2] / "docs" / "events.md"


def test_the_page_of_events_is_what_the_code_makes_of_it() -> None:
    """H2."""
    is_current = PAGE.read_text() == page()
    assert is_current, "Run: make events"
