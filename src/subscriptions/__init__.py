"""Following the log: the loop, the feed, the leader lock and the checkpoints."""
