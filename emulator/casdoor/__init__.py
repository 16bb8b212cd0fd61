"""Casdoor's rules."""
