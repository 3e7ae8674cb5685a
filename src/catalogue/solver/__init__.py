"""Deciding by the rules of combination, exactly: see README.md beside this file."""
