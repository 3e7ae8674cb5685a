"""What happened, as it is searched by whoever may read everything."""
