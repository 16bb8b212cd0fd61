"""Good backends that break one rule about time and load."""

import threading

import requests
from werkzeug.serving import make_server

#: Seconds in which the client is answered though the call to WeChat stays open.
_SOON = 1.5


def _leave_open(good):
    """Answer in time by a helper thread, and leave the call to WeChat open."""
    good.requests = _With(timeout=None)
    ask = good.ask_wechat

    def helped(code):
        found = []
        thread = threading.Thread(target=lambda: found.append(_outcome(ask, code)), daemon=True)
        thread.start()
        thread.join(_SOON)
        if not found:
            raise good.Unreached("no answer in time")
        if isinstance(found[0], Exception):
            raise found[0]
        return found[0]

    good.ask_wechat = helped


def _outcome(ask, code):
    try:
        return ask(code)
    except Exception as error:  # raised again in the thread that waits
        return error


def _patient(good):
    """Wait for WeChat longer than a client may wait for the answer."""
    good.requests = _With(timeout=(2, 4))


def _one_worker(good):
    """Serve one request after the other."""
    good.requests = _With(timeout=(2, 2.5))

    def serve():
        make_server("127.0.0.1", int(good.os.environ["PORT"]), good.app, threaded=False).serve_forever()

    good.serve = serve


def _never_open(good):
    """Ask a WeChat that hangs again for everybody."""
    good.breaker.failed = lambda: None


def _stay_down(good):
    """Remember an outage for ever."""
    ask, down = good.ask_wechat, []

    def remembering(code):
        if down:
            raise good.Unavailable("down")
        try:
            return ask(code)
        except good.Unreached:
            down.append(True)
            raise

    good.ask_wechat = remembering


def _hasty(good):
    """Wait a second for WeChat."""
    good.requests = _With(timeout=(1, 1))


def _unlimited(good):
    """Let anybody send any number of bad codes."""
    good.bad_codes.count = lambda _address: None


class _With:
    """Stands in for `requests`, with another timeout."""

    def __init__(self, *, timeout):
        self._timeout = timeout

    def get(self, url, *, params, timeout):
        """Send a GET that waits as long as the spoiled backend does."""
        del timeout
        return requests.get(url, params=params, timeout=self._timeout)


VARIANTS = {
    "answers-in-time": _patient,
    "upstream-timeout-set": _leave_open,
    "no-pile-up": _one_worker,
    "circuit-opens": _never_open,
    "recovers-after-outage": _stay_down,
    "slow-tolerated": _hasty,
    "rate-limited": _unlimited,
}
