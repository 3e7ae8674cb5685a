"""Public messages: their data, typed, and how each is made of a recorded event."""
