"""Centres and their people: users, tokens, PINs, failed attempts to sign in."""
