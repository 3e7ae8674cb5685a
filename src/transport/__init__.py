"""What every request passes on HTTP, to the API or to pages: its name, size, log, metrics."""
