"""Public messages: their typed data, and how each is made from a recorded event."""
