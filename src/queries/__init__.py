"""What people look at: aggregates and read models brought together, for every door."""
