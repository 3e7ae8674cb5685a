"""Who may sign in, and who may ask for what: shared by every door."""

from access.policy import send

__all__ = ["send"]
