"""Learners: found, looked at, put right."""
