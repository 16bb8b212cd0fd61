"""Which values the keys of a subscribe message take, by the type that a key's name begins with.

Source: the documentation of subscribeMessage.send, its table of parameter types. What that leaves open is assumed: days
written with `-`, `/` or `.`, a blank around `~`, an amount without a currency, and which characters are symbols.
"""

import re

_DAY = r"[0-9]{4}(?:年[0-9]{1,2}月[0-9]{1,2}日|[-/.][0-9]{1,2}[-/.][0-9]{1,2})"
_CLOCK = r"(?:[01]?[0-9]|2[0-3])[::][0-5][0-9](?:[::][0-5][0-9])?"
_TIME = rf"(?:{_DAY} ?)?{_CLOCK}"
_DATE = rf"{_DAY}(?: ?{_CLOCK})?"
_HAN = r"\u4e00-\u9fff"

#: The pattern that a whole value of each type matches.
_PATTERNS = {
    "thing": r".{1,20}",
    "number": r"(?=.{1,32}\Z)[-+]?[0-9]+(?:\.[0-9]+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "character_string": r"[!-~]{1,32}",
    "time": rf"{_TIME}(?: ?~ ?{_TIME})?",
    "date": rf"{_DATE}(?: ?~ ?{_DATE})?",
    "amount": r"(?:[A-Z]{3}|[^\w\s])?[0-9]{1,10}(?:\.[0-9]{1,10})?元?",
    "phone_number": r"[-+0-9() ]{1,17}",
    "car_number": rf"(?=.{{1,8}}\Z)[{_HAN}A-Za-z0-9][A-Za-z0-9]*[{_HAN}A-Za-z0-9]?",
    "name": rf"(?=.*[{_HAN}])[{_HAN}A-Za-z·. ]{{1,10}}|[^0-9{_HAN}]{{1,20}}",
    "phrase": rf"[{_HAN}]{{1,5}}",
}
_COMPILED = {kind: re.compile(pattern, re.DOTALL) for kind, pattern in _PATTERNS.items()}


def kind_of(key: str) -> str:
    """Return the type of a template's key: `thing` of `thing1`."""
    return key.rstrip("0123456789")


def fits(key: str, value: str) -> bool:
    """Return whether a value, not empty, keeps the rule of its key's type; a key of no known type takes everything."""
    pattern = _COMPILED.get(kind_of(key))
    return pattern is None or pattern.fullmatch(value) is not None
