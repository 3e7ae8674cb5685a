"""Lists as files that people download."""
