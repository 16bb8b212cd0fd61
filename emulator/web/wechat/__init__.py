"""WeChat's side of the application."""

from collections.abc import Callable, Mapping

from flask import Request

from emulator.core.reply import Reply
from emulator.faults.plan import Faults
from emulator.journal.reasons import reason
from emulator.web.responses import problem_reply
from emulator.wechat import code2session
from emulator.world.transaction import Transaction

#: Answers an operation's parameters; headers have lower-case names.
Operation = Callable[[Transaction, Mapping[str, str], Mapping[str, str] | None], Reply]

#: What is played, by path: the operation's name and what answers it. Each takes GET and POST.
OPERATIONS: dict[str, tuple[str, Operation]] = {
    "/sns/jscode2session": (code2session.OPERATION, code2session.answer),
}
_METHODS = ("GET", "HEAD", "POST")


class WechatDialect:
    """Plays WeChat's servers."""

    prefixes: tuple[str, ...] = ("/sns/", "/cgi-bin/", "/wxa/")

    def respond(self, http: Request, tx: Transaction) -> Reply:
        """Return WeChat's reply; parameters come from the query, then from a form, never from JSON."""
        path: str = http.environ["PATH_INFO"]
        found = OPERATIONS.get(path.removesuffix("/"))
        if found is None or http.method not in _METHODS:
            return _not_played(http, tx, status=404 if found is None else 405)
        tx.trace.operation, answer = found
        params: Mapping[str, str] = http.args  # reads the first of repeated names, as a copy would, for less
        if http.method == "POST":
            params = http.form.to_dict() | http.args.to_dict()
        headers = {name.lower(): value for name, value in http.headers} if tx.get(Faults) else None
        return answer(tx, params, headers)


def _not_played(http: Request, tx: Transaction, *, status: int) -> Reply:
    """Say that this part of WeChat is not played; this answer is the emulator's own."""
    tx.trace.operation = "casdoor.unknown"
    tx.trace.why = reason("not-played", method=http.method, path=http.path)
    played = "of WeChat it plays GET and POST /sns/jscode2session"
    return problem_reply(status, "not_played", f"mockdoor does not play {http.method} {http.path}; {played}")
