"""WeChat's errors: errcode and text."""

import json
from functools import cache
from importlib import resources

from emulator.core.errors import WechatError
from emulator.core.reason import Reason


@cache
def errmsgs() -> dict[int, str]:
    """Return the text of each errcode, without the rid (facts/wechat.md 0.1, 1.4, 2)."""
    text = resources.files("emulator").joinpath("data", "errcodes.json").read_text("utf-8")
    return {int(errcode): errmsg for errcode, errmsg in json.loads(text).items()}


def wechat_error(errcode: int, *, why: Reason | None = None) -> WechatError:
    """Return the error of an errcode; one that the catalogue lacks has the text `system error`."""
    return WechatError(errcode, errmsgs().get(errcode, "system error"), why=why)
