"""Proof that no event was altered, removed or inserted since it was recorded (H5)."""
