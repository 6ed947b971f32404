"""What the drivers share: the sandbox under test, the description, and a way to look at pictures."""
