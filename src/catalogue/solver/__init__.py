"""Decide exactly by the rules of combination. README.md in this folder explains the method."""
