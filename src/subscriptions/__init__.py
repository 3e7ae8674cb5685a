"""Following the log: the loop, its feed, who leads, and how far each has come."""
