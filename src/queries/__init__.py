"""What people look at: aggregates and read models combined, for the API and the pages."""
