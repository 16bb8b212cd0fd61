"""WeChat's side of the application."""

from collections.abc import Mapping

from flask import Request

from emulator.core.reply import Reply
from emulator.faults.plan import Faults
from emulator.journal.reasons import reason
from emulator.web.responses import problem_reply
from emulator.wechat.call import WechatCall
from emulator.wechat.hosts import WECHAT_HOSTS
from emulator.wechat.operations import OPERATIONS
from emulator.world.transaction import Transaction

_METHODS = ("GET", "HEAD", "POST")


class WechatDialect:
    """Plays WeChat's servers."""

    prefixes: tuple[str, ...] = ("/sns/", "/cgi-bin/", "/wxa/")
    hosts: tuple[str, ...] = WECHAT_HOSTS

    def respond(self, http: Request, tx: Transaction) -> Reply:
        """Return WeChat's reply; parameters come from the query, then from a form."""
        path: str = http.environ["PATH_INFO"]
        operation = OPERATIONS.get(path.removesuffix("/"))
        if operation is None or http.method not in _METHODS:
            return _not_played(http, tx, status=404 if operation is None else 405)
        tx.trace.operation = operation.name
        tx.origin = _origin(http.environ)
        return operation.answer(tx, _call(http, tx))


def _origin(environ: Mapping[str, str]) -> str:
    """Return the scheme and host as the client wrote them, with the prefix of a world."""
    return f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}{environ.get('SCRIPT_NAME', '')}"


def _call(http: Request, tx: Transaction) -> WechatCall:
    params: Mapping[str, str] = http.args  # reads the first of repeated names, as a copy would, for less
    if http.method == "POST":
        params = http.form.to_dict() | http.args.to_dict()
    # Only faults look at headers.
    headers = {name.lower(): value for name, value in http.headers} if tx.get(Faults) else {}
    sent = http.environ.get("CONTENT_LENGTH", "0") not in ("0", "")
    return WechatCall(
        method=http.method,
        params=params,
        headers=headers,
        body=http.get_data() if sent else b"",
        address=http.remote_addr or "",
    )


def _not_played(http: Request, tx: Transaction, *, status: int) -> Reply:
    """Say that this part of WeChat is not played; this answer is the emulator's own."""
    tx.trace.operation = "casdoor.unknown"
    tx.trace.why = reason("not-played", method=http.method, path=http.path)
    played = ", ".join(f"{' and '.join(one.methods)} {path}" for path, one in OPERATIONS.items())
    message = f"mockdoor does not play {http.method} {http.path}; of WeChat it plays {played}"
    return problem_reply(status, "not_played", message)
