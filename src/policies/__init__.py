"""When this has happened, then ask for that: what the service does by itself."""
