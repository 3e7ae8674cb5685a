"""Learners: details, images, verification, duplicates, transfers, erasure."""
