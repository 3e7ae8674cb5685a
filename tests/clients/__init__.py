"""The document judged by linters, and by the clients that are made of it."""
