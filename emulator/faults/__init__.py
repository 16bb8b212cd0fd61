"""What goes wrong: planning, matching, effects."""
