"""Exchanges: keeping, searching, showing, redacting, explaining."""
