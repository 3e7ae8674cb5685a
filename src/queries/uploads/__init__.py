"""What is looked at of uploads."""
