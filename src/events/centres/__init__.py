"""Centres and their people: users, tokens, PINs, who is not let in."""
