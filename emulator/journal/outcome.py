"""What a reply says of how a call went, decided here once for every door that shows it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from emulator.core.json_object import Json, JsonObject
from emulator.core.phrases import fitting, phrases
from emulator.core.reply import Reply
from emulator.journal.bodies import decoded_body
from emulator.journal.redact import redact
from emulator.journal.tokens import claims_of

_BROKEN = {
    "reset": "broken-reset",
    "empty": "broken-empty",
    "hang": "broken-hang",
    "truncated": "broken-truncated",
    "timeout": "broken-timeout",
    "refused": "broken-refused",
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a call went: the id of a sentence in `data/outcomes.json`, and what fills its places, secrets redacted.

    `status` is the one that the client saw, None when the connection broke before that. `failed` holds for
    broken connections, for the errors of the three dialects whatever their status, and from status 400 on.
    """

    id: str
    params: Mapping[str, str] = field(default_factory=dict)
    failed: bool = False
    status: int | None = None

    def sentence(self, language: str) -> str:
        """Return what the reply says, in `en` or `zh`, without the status."""
        return phrases("outcomes")[self.id].filled(self.params, language).strip()

    def line(self, language: str) -> str:
        """Return the status, where there is one, and what the reply says."""
        return f"{self.status} {self.sentence(language)}" if self.status else self.sentence(language)

    def as_json(self) -> dict[str, Json]:
        """Return id, parameters, whether it failed, and the sentence in both languages."""
        return {
            "id": self.id,
            "params": dict(self.params),
            "failed": self.failed,
            "en": self.sentence("en"),
            "zh": self.sentence("zh"),
        }


def outcome_of(
    *,
    status: int | None,
    failure: str | None,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    method: str,
    path: str,
) -> Outcome:
    """Return what a reply says, its body as it was sent; `method` and `path` are what was asked for.

    `failure` is how the connection broke: one of `Reply.failure`'s kinds, or what a client calls it.
    """
    if failure:
        known = _BROKEN.get(failure)
        seen = status or None if failure == "truncated" else None
        return _outcome(known or "broken-otherwise", {} if known else {"kind": failure}, failed=True, status=seen)
    said = _object(decoded_body(headers, body))
    problem = _problem(said)
    if problem is not None:
        return _outcome(*problem, failed=True, status=status)
    asked = {"method": method, "path": path}
    if status is None or status >= 400:
        return _outcome("http-error", asked, failed=True, status=status)
    return _outcome(*(_success(said) or ("answered", asked)), failed=False, status=status)


def outcome_of_reply(reply: Reply, *, method: str, path: str) -> Outcome:
    """Return what a reply of the journal says."""
    return outcome_of(
        status=reply.status,
        failure=reply.failure,
        headers=reply.headers,
        body=reply.body,
        method=method,
        path=path,
    )


def _outcome(outcome_id: str, params: Mapping[str, str], *, failed: bool, status: int | None) -> Outcome:
    kept = {name: fitting(redact(value)) for name, value in params.items()}
    return Outcome(id=outcome_id, params=kept, failed=failed, status=status)


def _problem(body: JsonObject) -> tuple[str, dict[str, str]] | None:
    """Return what a body of one of the three dialects says went wrong, None for nothing."""
    errcode = body.number("errcode")
    if errcode:
        errmsg = body.text("errmsg").partition(", rid:")[0].partition(" rid:")[0]
        return "wechat-error", {
            "errcode": f"{errcode:.0f}" if isinstance(errcode, float) else str(errcode),
            "errmsg": errmsg,
        }
    if body.text("error"):
        description = body.text("error_description") or body.text("message")
        if not description:
            return "oauth-error-bare", {"error": body.text("error")}
        return "oauth-error", {"error": body.text("error"), "description": description}
    if body.text("status") == "error":
        return ("api-error", {"msg": body.text("msg")}) if body.text("msg") else ("api-error-bare", {})
    return None


def _success(body: JsonObject) -> tuple[str, dict[str, str]] | None:
    """Return whom a body is about, or the status in it; None when it says neither."""
    if body.text("openid"):
        return "openid", {"openid": body.text("openid")}
    if body.text("accessToken") and body.text("user"):
        return "user", {"user": f"{body.text('organization')}/{body.text('user')}"}
    shown = JsonObject(claims_of(body.text("access_token")) or {}) or body.row("data") or body
    if shown.owner and shown.name:
        return "user", {"user": shown.id}
    return ("status", {"said": body.text("status")}) if body.text("status") else None


def _object(body: bytes) -> JsonObject:
    if not body.lstrip().startswith(b"{"):
        return JsonObject()
    try:
        return JsonObject(json.loads(body))
    except (ValueError, RecursionError):
        return JsonObject()
