"""Good backends that break one rule about what they print."""

import sys


def _url_printed(good):
    """Print the secret with each exchange."""
    ask = good.direct.ask_wechat

    def printing(code):
        print(f"GET jscode2session?appid={good.APPID}&secret={good.SECRET}", file=sys.stderr, flush=True)
        return ask(code)

    good.direct.ask_wechat = printing


def _silent(good):
    """Print nothing about WeChat's troubles."""
    good.direct.log.disabled = True


VARIANTS = {
    "log-without-secrets": _url_printed,
    "log-names-trouble": _silent,
}
