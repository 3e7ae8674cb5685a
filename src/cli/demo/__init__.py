"""The demo: its users, its people, and a centre filled with them."""
