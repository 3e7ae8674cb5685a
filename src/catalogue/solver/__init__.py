"""Deciding eligibility, exactly."""
