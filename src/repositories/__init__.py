"""Aggregates by identifier: their types, and how they are loaded."""
