"""What grades earn on a qualification: whether a pathway is met, why not, and ways to fix it."""
