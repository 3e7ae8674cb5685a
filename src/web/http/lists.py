"""How much of a list a page shows."""

LISTED = 50
"""How many rows a page has."""
MOST_COUNTED = 1_000
"""How far the rows of all pages are counted: what is more takes longer than the page."""
