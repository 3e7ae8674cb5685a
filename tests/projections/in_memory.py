"""Databases in memory, for rows of a test's own."""

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

IN_MEMORY = create_engine("sqlite://", poolclass=NullPool)
"""Each connection has a database of its own, which is gone once it is closed.

One engine for all of them compiles a statement once.
"""
