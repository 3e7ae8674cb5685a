"""Tests that are booked: listed, amended, cancelled."""
