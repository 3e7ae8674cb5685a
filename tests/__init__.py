"""What holds, told by name; the folders mirror src/."""
