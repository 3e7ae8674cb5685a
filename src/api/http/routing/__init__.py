"""Routing: a request's route is found by its path, and runs in one thread."""
