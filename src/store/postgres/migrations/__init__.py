"""Migrations of the tables that last, in PostgreSQL: run by Alembic, in ``migrate``."""
