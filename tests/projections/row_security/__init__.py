"""Row-level security in PostgreSQL."""
