"""Tests of the pages of groups of learners."""
