"""The reasons of refusals: making one, and showing it in English or Chinese."""

from collections.abc import Mapping

from emulator.core.json_object import Json
from emulator.core.phrases import Phrase, fitting, phrases
from emulator.core.reason import Reason
from emulator.journal.redact import redact


def reason(reason_id: str, /, **params: str | int) -> Reason:
    """Return a reason with exactly the parameters that its sentence asks for.

    Long values are shortened, secrets and tokens in them redacted. Raises KeyError for an unknown id, ValueError
    for a missing or an unknown parameter.
    """
    places = catalogue()[reason_id].places
    if places != params.keys():
        wanted, given = (", ".join(sorted(names)) or "none" for names in (places, params))
        raise ValueError(f"reason {reason_id!r} takes the parameters {wanted}; given: {given}")
    return Reason(reason_id, {name: fitting(redact(str(value))) for name, value in params.items()})


def render(given: Reason, language: str) -> str:
    """Return a reason's sentence; `language` is `en` or `zh`."""
    return given.sentence(language)


def shown(given: Reason | None) -> Json:
    """Return a reason as the journal's JSON shows it: id, parameters and both sentences; None for none."""
    if given is None:
        return None
    return given.as_json() | {"en": given.sentence("en"), "zh": given.sentence("zh")}


def catalogue() -> Mapping[str, Phrase]:
    """Return the sentences of all reasons by id, read from `data/reasons.json` at the first refusal."""
    return phrases("reasons")
