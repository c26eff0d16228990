"""What a valid row is, and how the data files become one Evidence."""
