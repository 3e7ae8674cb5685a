"""The catalogue: what can be earned, by which rules, and a tester of them."""
