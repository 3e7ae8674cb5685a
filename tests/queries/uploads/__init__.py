"""Tests of what is looked at of uploads."""
