"""Uploads of learners: files, records, corrections, groups."""
