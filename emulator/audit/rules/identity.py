"""Rules about what is sent and answered: facts/login-rules.md 1, Identity."""
