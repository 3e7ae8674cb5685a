"""What has been, from the command line: replayed, exported, proved."""
