"""Users from the command line: added, changed, listed."""
