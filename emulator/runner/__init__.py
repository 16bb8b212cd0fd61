"""Runs a scenario's steps and tells what differed."""
