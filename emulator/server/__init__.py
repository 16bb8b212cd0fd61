"""Sockets: listener, connections, the state file."""
