"""Commands: what is recorded, on whose word, and what is refused."""
