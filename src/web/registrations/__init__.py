"""Registrations as pages: what may become of one."""
