"""Bookings: entries, sittings, timetables, offline clients, outcomes."""
