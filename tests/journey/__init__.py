"""The whole way, from a file of learners to certificates claimed."""
