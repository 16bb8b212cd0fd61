"""What an audit knows of the login that it examines: the `audit:` part of a scenario file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from emulator.core.durations import parse_duration
from emulator.runner.expect import compare
from emulator.runner.results import Received

#: The keys of a `request` step; an audited call may spell them out beside its own.
_REQUEST = ("to", "method", "path", "query", "headers", "json", "form", "text")
_ANY_2XX = ({"status": "2xx"},)
_ANY_4XX = ({"status": "4xx"},)


@dataclass(frozen=True, kw_only=True)
class Matcher:
    """What a reply has to look like: one of several expectations."""

    expectations: tuple[Mapping[str, Any], ...]

    def matches(self, received: Received) -> bool:
        """Return whether a reply looks like this; a broken connection never does."""
        return not received.failure and any(not compare(one, received, ()) for one in self.expectations)


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request of the description, as written, and what a good answer to it looks like."""

    request: Mapping[str, Any]
    success: Matcher


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What an audit holds a login against; facts/login-rules.md 0. All of them are settings.

    `warning` and `error` are how long an answer may take, `tries` how many calls one login may make in all, `parallel`
    how many logins come at once while WeChat hangs, `slow` how late a slow WeChat answers, `quiet` how long nothing
    must come before a login counts as over, `recover` how long a login may fail after an outage, `session` how long a
    session may last.
    """

    warning: timedelta = timedelta(seconds=6)
    error: timedelta = timedelta(seconds=15)
    tries: int = 4
    parallel: int = 8
    slow: timedelta = timedelta(seconds=2)
    quiet: timedelta = timedelta(milliseconds=300)
    recover: timedelta = timedelta(seconds=30)
    session: timedelta = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class Description:
    """How to log in at an app, and how to read its answers.

    `refused` asks for a new code, `unavailable` (None: status 5xx, 429) for patience. `capture` names values of a
    successful reply; `token`, `user_id`, `openid` and `nickname` are the paths of those that rules ask for, empty where
    the file does not say. `reuse_window` is how long the same code may be answered again on purpose.
    """

    app: str
    login: Call
    refused: Matcher
    unavailable: Matcher | None = None
    logged_in: Call | None = None
    logout: Call | None = None
    capture: Mapping[str, str] = field(default_factory=dict)
    token: str = ""
    user_id: str = ""
    openid: str = ""
    nickname: str = ""
    unionid_required: bool = False
    client_retries: bool = False
    reuse_window: timedelta = timedelta(0)
    casdoor: str = ""
    skip: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    limits: Limits = Limits()

    @property
    def has_phone(self) -> bool:
        """Whether a login carries a phone code."""
        return mentions(self.login.request, "phone_code")

    @property
    def has_nickname(self) -> bool:
        """Whether a login carries a nickname."""
        return mentions(self.login.request, "nickname")

    @property
    def has_encrypted_data(self) -> bool:
        """Whether a login carries encryptedData."""
        return mentions(self.login.request, "encrypted_data")


def describe(written: Mapping[str, Any]) -> Description:
    """Return the description that the `audit:` of a checked scenario file holds."""
    login = written["login"]
    known = ("token", "user_id", "openid", "nickname", "client_retries", "casdoor")
    logged_in = login.get("logged_in")
    inner = {name: logged_in[name] for name in ("user_id", "openid") if logged_in and name in logged_in}
    return Description(
        app=written["app"],
        login=Call(request=login["request"], success=_matcher(login["success"])),
        refused=_matcher(login.get("refused", _ANY_4XX)),
        unavailable=_matcher(login["unavailable"]) if "unavailable" in login else None,
        logged_in=_call(logged_in),
        logout=_call(login.get("logout")),
        capture=login.get("capture", {}),
        unionid_required=login.get("unionid") == "required",
        reuse_window=parse_duration(login.get("reuse_window", "0s")),
        skip=written.get("skip", {}),
        rules=tuple(written.get("rules", ())),
        limits=_limits(written.get("limits", {})),
        **inner | {name: login[name] for name in known if name in login},
    )


def mentions(value: Any, name: str) -> bool:
    """Return whether a written value asks for a name by `${name}`."""
    if isinstance(value, str):
        return f"${{{name}}}" in value
    if isinstance(value, Mapping):
        return any(mentions(one, name) for one in (*value, *value.values()))
    return isinstance(value, Sequence) and any(mentions(one, name) for one in value)


def _matcher(written: Any) -> Matcher:
    return Matcher(expectations=(written,) if isinstance(written, Mapping) else tuple(written))


def _call(written: Mapping[str, Any] | None) -> Call | None:
    """Return a call whose request is written below `request` or beside what is expected of it."""
    if written is None:
        return None
    request = written.get("request") or {name: written[name] for name in _REQUEST if name in written}
    return Call(request=request, success=_matcher(written.get("success", written.get("expect", _ANY_2XX))))


def _limits(written: Mapping[str, Any]) -> Limits:
    answer = written.get("answer", {})
    spans = dict(answer) if isinstance(answer, Mapping) else {"warning": answer, "error": answer}
    spans |= {name: written[name] for name in ("slow", "quiet", "recover", "session") if name in written}
    given: dict[str, Any] = {name: parse_duration(text) for name, text in spans.items()}
    return Limits(**given, **{name: written[name] for name in ("tries", "parallel") if name in written})
