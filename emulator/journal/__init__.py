"""Exchanges: how they are kept, searched, shown, redacted and explained."""
