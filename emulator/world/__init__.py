"""Worlds: live state, transactions, the clock."""
