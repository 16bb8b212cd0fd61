"""Why something was refused, as an id with parameters that every door shows in its reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from emulator.core.json_object import Json
from emulator.core.phrases import phrases


@dataclass(frozen=True)
class Reason:
    """The reason of a refusal: the id of a sentence in `data/reasons.json`, and what fills its places.

    Made by `emulator.journal.reasons.reason`, which knows the table; without a reason there is None.
    """

    id: str
    params: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.id, frozenset(self.params.items())))

    def __str__(self) -> str:
        """Show the sentence in English."""
        return self.sentence("en")

    def sentence(self, language: str) -> str:
        """Return the sentence in `en` or `zh`; of an id that this version does not know, the id."""
        phrase = phrases("reasons").get(self.id)
        return phrase.filled(self.params, language) if phrase else self.id

    def as_json(self) -> dict[str, Json]:
        """Return `{"id": …, "params": {…}}`."""
        return {"id": self.id, "params": dict(self.params)}
