"""What tests need of the machine, and what comes of it where it is not there."""
