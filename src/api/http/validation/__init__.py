"""Requests that are refused before any route sees them, and how that is said."""
