"""Orders of registrations as pages: a checklist, a page for each step, and confirming."""
