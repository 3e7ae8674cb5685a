"""Files of learners from the command line."""
