"""Rules about what the backend reads: facts/login-rules.md 1, Input and HTTP."""

from collections.abc import Iterator

from emulator.audit.evidence import Evidence
from emulator.audit.rules.registry import Seen, rule


@rule("text-plain-accepted", "error", troubles="none")
def _text_plain(_evidence: Evidence) -> Iterator[Seen]:
    """Yield nothing: a backend that fails here has no plain login, which the baseline finds out."""
    yield from ()
