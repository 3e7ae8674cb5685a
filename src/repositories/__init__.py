"""Aggregates by their identifiers: which types there are, and how each is loaded."""
