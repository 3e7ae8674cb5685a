"""Claims over HTTP, and what comes of them."""
