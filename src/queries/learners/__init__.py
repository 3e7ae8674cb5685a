"""Learners: details, images, ULNs, duplicates, transfers, erasure."""
