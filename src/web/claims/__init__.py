"""Claims: what became of each learner, who is not eligible yet, and what would fix it."""
