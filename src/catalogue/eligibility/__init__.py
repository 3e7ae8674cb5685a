"""What grades earn on a qualification: met or not, why, and what would fix it."""
