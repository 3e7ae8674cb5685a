"""The log of everything, for those who may read it all."""
