"""WeChat's errors: errcode and text."""

from collections.abc import Mapping
from functools import cache

from emulator.core.errors import WechatError
from emulator.core.reason import Reason
from emulator.core.tables import table

#: What WeChat says when the catalogue has nothing better.
_OTHER = "system error"


@cache
def errmsgs(family: str = "sns", operation: str = "") -> Mapping[int, str]:
    """Return the text of each errcode, without the rid (facts/wechat.md 0.1, 1.4, 2).

    `family` is `sns` or `api`, for /cgi-bin and /wxa, which say more; some operations have texts of their own. `{hint}`
    in a text stands for a hint.
    """
    known = table("errcodes.json")
    entries = known.items() if isinstance(known, dict) else ()
    return {int(errcode): _text(entry, (operation, family, "sns")) for errcode, entry in entries}


def errmsg_of(errcode: int, *, family: str, operation: str) -> str:
    """Return the text of an errcode; one that the catalogue lacks has the text `system error`."""
    return errmsgs(family, operation).get(errcode, _OTHER)


def wechat_error(errcode: int, *, why: Reason | None = None, errmsg: str = "") -> WechatError:
    """Return the error of an errcode; `errmsg` takes the place of the catalogue's text."""
    return WechatError(errcode, errmsg, why=why)


def _text(entry: object, places: tuple[str, ...]) -> str:
    texts = entry if isinstance(entry, dict) else {"sns": entry}
    return next((str(texts[place]) for place in places if place in texts), _OTHER)
