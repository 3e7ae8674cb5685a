"""Bookings: entries, sittings, packages of offline tests, outcomes."""
