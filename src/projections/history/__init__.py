"""The history of each thing, and the proof that it is whole."""
