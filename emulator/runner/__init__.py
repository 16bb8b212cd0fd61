"""Runs a scenario's steps and reports what differs."""
