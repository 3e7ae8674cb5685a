"""Groups of learners: uploaded, put right, submitted, undone."""
