"""The rules, by family; importing this package registers all of them, in the order of facts/login-rules.md 1."""

from emulator.audit.rules import (  # noqa: F401, I001  # the order
    secrets,
    codes,
    upstream,
    replies,
    leaks,
    identity,
    sessions,
    casdoor,
    phone,
    inputs,
    output,
)
