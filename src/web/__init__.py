"""Pages for people: what a browser asks, answered in HTML by the same commands and queries."""
