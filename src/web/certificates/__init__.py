"""Certificates: looked at, printed, replaced, and checked by anybody."""
