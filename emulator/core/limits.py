"""How much a server and each of its worlds remember before they forget the oldest, or refuse."""

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The bounds of what grows with use, so that a server that runs for weeks stays as small as on its first day.

    Each is a count of one world, except `journal_bytes` (bytes of one world) and `worlds` (a count of the whole
    server). At its bound

    - `users`: the oldest one that the scenario did not declare is forgotten, as if it had been deleted;
    - `tokens`, `sessions`, `login_codes`, `phone_codes`, `access_tokens`: the oldest one is forgotten, as if it had
      never been given out;
    - `messages`, `payments`, `web_logins`: the oldest one is forgotten, as if it had never been;
    - `exchanges`, `journal_bytes`: the oldest exchange leaves the journal; the newest stays, however large it is;
    - `personas`: another persona is refused, a change of a known one is not;
    - `faults`: another fault is refused;
    - `events`: what was done to a world from outside is remembered as "more was done" from the oldest on;
    - `worlds`: another world is refused;
    - `counters`: the oldest number from which values are derived is forgotten, and begins again above all forgotten.

    What a scenario file itself declares is never refused. Raises ValueError for a bound that is not a positive whole
    number.
    """

    users: int = 20_000
    tokens: int = 20_000
    sessions: int = 20_000
    login_codes: int = 10_000
    phone_codes: int = 10_000
    access_tokens: int = 10_000
    messages: int = 1_000
    payments: int = 1_000
    web_logins: int = 10_000
    exchanges: int = 1_000
    journal_bytes: int = 8 * 1024 * 1024
    personas: int = 1_000
    faults: int = 1_000
    events: int = 2_000
    worlds: int = 2_000
    counters: int = 100_000

    def __post_init__(self) -> None:
        """Refuse bounds that nothing could keep."""
        for name, bound in self.as_dict().items():
            if not isinstance(bound, int) or isinstance(bound, bool) or bound < 1:
                raise ValueError(f"limit {name} is {bound!r}; write a positive whole number")

    def as_dict(self) -> dict[str, int]:
        """Return the bounds by name, in the order in which they are documented."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def replace(self, **bounds: int) -> "Limits":
        """Return these limits with some of them changed; raises ValueError for a name that is not a limit's."""
        unknown = [name for name in bounds if name not in self.as_dict()]
        if unknown:
            raise ValueError(f"unknown limit {unknown[0]!r}; there are: {', '.join(self.as_dict())}")
        return dataclasses.replace(self, **bounds)


#: The limits of a server that was given no others.
DEFAULT_LIMITS = Limits()
