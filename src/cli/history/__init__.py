"""The history from the command line: replayed, exported, proved."""
