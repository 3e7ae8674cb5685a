"""What happened to one thing, and who did it."""
