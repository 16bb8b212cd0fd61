"""What is done to a world from outside."""
