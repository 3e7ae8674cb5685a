"""What a centre can find out about another: nothing."""
