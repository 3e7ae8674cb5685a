"""Requests that are refused before any route runs, and the sentences for that."""
