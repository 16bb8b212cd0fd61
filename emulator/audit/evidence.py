"""Everything that an audit has seen of a backend, as rules look at it."""

from dataclasses import dataclass

from emulator.audit.canaries import Canaries
from emulator.audit.description import Description
from emulator.audit.observer import Call
from emulator.audit.probe import Probe, calls_of
from emulator.audit.troubles import TROUBLES, Trouble


@dataclass(kw_only=True)
class Evidence:
    """The probes of a whole audit.

    `staged` are the troubles that were met. `watched` says whether the app's output is seen.
    """

    description: Description
    canaries: Canaries
    through_casdoor: bool
    watched: bool
    all_probes: list[Probe]
    staged: list[str]

    @property
    def exchange(self) -> str:
        """The operation that exchanges login codes for this backend."""
        return "casdoor.login" if self.through_casdoor else "wechat.code2session"

    def probes(self, *troubles: str) -> list[Probe]:
        """Return the probes of troubles, which are ids, `every`, or a kind such as `server`."""
        return [one for one in self.all_probes if self.concerns(troubles or ("every",), one.trouble)]

    def logins(self, *troubles: str) -> list[Probe]:
        """Return the logins among the probes of troubles, recoveries after them aside."""
        return [one for one in self.probes(*troubles) if one.is_login and one.label != "recovery"]

    def calls(self, *troubles: str) -> list[Call]:
        """Return the calls that came in troubles, each once."""
        return calls_of(self.probes(*troubles))

    def concerns(self, troubles: tuple[str, ...], trouble_id: str) -> bool:
        """Return whether a trouble is among ids and kinds."""
        known: Trouble | None = TROUBLES.get(trouble_id)
        kind = known.kind if known else "none"
        return "every" in troubles or trouble_id in troubles or kind in troubles
