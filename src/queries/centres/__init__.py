"""Centres and their people: users, tokens, PINs."""
