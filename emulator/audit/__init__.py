"""An examination of a login backend: troubles that it meets, rules that it should keep, findings where it does not."""
