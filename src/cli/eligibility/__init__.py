"""The catalogue from the command line: checked, and asked."""
