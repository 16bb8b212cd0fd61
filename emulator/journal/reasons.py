"""The reasons of refusals: making one, and showing it in English or Chinese."""

from collections.abc import Mapping

from emulator.core.json_object import Json
from emulator.core.phrases import Phrase, phrases
from emulator.core.reason import Reason

#: A parameter is kept up to so many characters; requests choose some, and the journal's bound does not count them.
MAX_PARAMETER = 1000


def reason(reason_id: str, /, **params: str | int) -> Reason:
    """Return a reason with exactly the parameters that its sentence asks for, long ones shortened.

    Raises KeyError for an unknown id, ValueError for a missing or an unknown parameter.
    """
    places = catalogue()[reason_id].places
    if places != params.keys():
        wanted, given = (", ".join(sorted(names)) or "none" for names in (places, params))
        raise ValueError(f"reason {reason_id!r} takes the parameters {wanted}; given: {given}")
    return Reason(reason_id, {name: _shortened(str(value)) for name, value in params.items()})


def render(given: Reason, language: str) -> str:
    """Return a reason's sentence; `language` is `en` or `zh`."""
    return given.shown(language)


def shown(given: Reason | None) -> Json:
    """Return a reason as the journal's JSON shows it: id, parameters and both sentences; None for none."""
    if given is None:
        return None
    return given.as_json() | {"en": given.shown("en"), "zh": given.shown("zh")}


def catalogue() -> Mapping[str, Phrase]:
    """Return the sentences of all reasons by id, read from `data/reasons.json` at the first refusal."""
    return phrases("reasons")


def _shortened(value: str) -> str:
    return value if len(value) <= MAX_PARAMETER else value[: MAX_PARAMETER - 1] + "…"
