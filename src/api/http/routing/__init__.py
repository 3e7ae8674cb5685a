"""From a request to its route and back: found by its path, answered in one thread."""
