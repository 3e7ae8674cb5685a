"""Policies: commands that the service sends by itself when an event is recorded."""
