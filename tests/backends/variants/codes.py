"""Good backends that break one rule about codes."""


def _retry_any_errcode(good):
    """Send a code once more whatever the answer was."""
    ask = good.ask_wechat

    def twice(code):
        body = ask(code)
        return ask(code) if body.get("errcode") else body

    good.ask_wechat = twice


def _exchange_again(good):
    """Exchange a code once more after it was exchanged, and ignore what comes."""
    ask = good.ask_wechat

    def twice(code):
        body = ask(code)
        if body.get("openid"):
            ask(code)
        return body

    good.ask_wechat = twice


VARIANTS = {
    "final-errcode-not-retried": _retry_any_errcode,
    "code-exchanged-once": _exchange_again,
}
