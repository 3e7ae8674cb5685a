"""How fast it is: one module a benchmark, each against a floor of the same run."""
