"""Signing in, one's sessions, one's settings."""
