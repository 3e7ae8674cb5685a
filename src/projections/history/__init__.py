"""The history of each thing, and the timeline of each learner."""
