"""Plain values and pure rules."""
