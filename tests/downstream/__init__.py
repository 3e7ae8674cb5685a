"""Tests of what other systems are told, and tell us."""
