"""What a scenario says of the apps under test."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from emulator.scenario.document import Document, Trail, suggest
from emulator.scenario.effects import build_duration

#: How long an app may take until it is ready, unless it says otherwise.
PATIENCE = timedelta(seconds=30)
#: What an app is told of the emulator beside its own variables; `${NAME}` in `start` and `env` may use them.
VARIABLES = (
    "PORT",
    "MOCKDOOR_URL",
    "CASDOOR_HOSTNAME",
    "CASDOOR_ENDPOINT",
    "CASDOOR_CLIENT_ID",
    "CASDOOR_CLIENT_SECRET",
    "CASDOOR_ORGANIZATION",
    "CASDOOR_APPLICATION",
    "CASDOOR_CERTIFICATE",
    "WECHAT_API_BASE",
    "WECHAT_APPID",
    "WECHAT_SECRET",
)
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_REFERENCE = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True, kw_only=True)
class App:
    """An app under test: a `url` where it runs already, or what `start` runs in `cwd`.

    `port` is where it is to listen, 0 for any free one. It is ready when `ready`, a path, answers or when its output
    holds that text, else when `ready_port`, or by default `port`, takes connections. `path` and `line` are where the
    file says so.
    """

    name: str
    url: str = ""
    start: tuple[str, ...] = ()
    cwd: Path = Path()
    env: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    ready: str = ""
    ready_port: int = 0
    patience: timedelta = PATIENCE
    path: Path = field(default=Path(), compare=False)
    line: int = field(default=1, compare=False)


def url_variable(name: str) -> str:
    """Return the variable that holds an app's address: `APP_BACKEND_URL`."""
    return f"APP_{name.upper().replace('-', '_')}_URL"


def build_apps(merged: Mapping[str, Any], document: Document) -> dict[str, App]:
    """Return the apps of a merged file; problems are noted in the document."""
    given = merged.get("apps", {})
    known = {*merged.get("vars", {}), *VARIABLES, *map(url_variable, given)}
    found = {}
    for name, value in given.items():
        fields = {key: one for key, one in value.items() if one is not None}
        for trail, message in _mistakes(name, fields, known):
            document.report(trail, message, at_key=len(trail) == 2)  # the app itself
        found[name] = _app(name, fields, document)
    return found


def refuse_programs(document: Document) -> None:
    """Note every program that a text from elsewhere would start."""
    apps = document.value.get("apps")
    for name, value in apps.items() if isinstance(apps, dict) else ():
        if isinstance(value, dict) and "start" in value:
            message = "a scenario sent here starts no program; give the app's url"
            document.report(("apps", name, "start"), message, at_key=True)


def unknown_app(name: str, apps: Mapping[str, App]) -> str:
    """Return what to say of an app that nobody declared."""
    return f"unknown app {name!r}{suggest(name, apps)}"


#: What only a `run` step can be expected to give, and what it can.
_OF_PROGRAMS = ("exit", "stdout", "stderr")


def wrong_expectations(kind: str, expected: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each key of an `expect` that a step of this kind cannot meet, with what to say of it."""
    for key in expected:
        if kind == "run" and key not in (*_OF_PROGRAMS, "within"):
            yield key, f"a run step has no {key!r}; allowed: exit, stderr, stdout, within"
        elif kind != "run" and key in _OF_PROGRAMS:
            yield key, f"{key!r} is what a run step may expect; this is a step of kind {kind or 'none'}"


def is_address(text: str) -> bool:
    """Return whether a text is where an app can be asked."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and "${" not in text
    except ValueError:
        return False


def _app(name: str, fields: Mapping[str, Any], document: Document) -> App:
    trail: Trail = ("apps", name)
    holder = document.holder(trail)
    given = dict(fields)
    given["start"] = tuple(given.get("start", ()))
    if given["start"]:
        written = document.holder((*trail, "cwd" if "cwd" in given else "start"))
        given["cwd"] = written.path.parent / given.get("cwd", ".")
    given["url"] = given.get("url", "").rstrip("/")
    if "patience" in given:
        given["patience"] = build_duration(given["patience"], (*trail, "patience"), document.report)
    if isinstance(given.get("ready"), int):
        given["ready_port"] = given.pop("ready")
    line = holder.keys.get(trail, (0, 0))[0] + 1
    return App(name=name, path=holder.path, line=line, **given)


def _mistakes(name: str, fields: Mapping[str, Any], known: set[str]) -> Iterator[tuple[Trail, str]]:
    trail: Trail = ("apps", name)
    if not _NAME.fullmatch(name):
        yield trail, f"an app's name has up to 40 of a-z 0-9 -, a letter first; got {name!r}"
    if ("url" in fields) == ("start" in fields):
        got = "both" if "url" in fields else "neither"
        yield trail, f"an app has a url, where it runs already, or a start, which starts it; got {got}"
    elif "url" in fields:
        for key in fields.keys() - {"url"}:
            yield (*trail, key), f"{key!r} is for an app that is started here; this one has a url"
        if not is_address(fields["url"]):
            yield (*trail, "url"), f"expected an address such as http://127.0.0.1:3000, got {fields['url']!r}"
    ready = fields.get("ready", 1)
    if isinstance(ready, int) and not 1 <= ready <= 65535:  # TCP's ports
        yield (*trail, "ready"), f"expected a port from 1 to 65535, a path, or a text of its output, got {ready}"
    yield from _wrong_texts(trail, fields, known)


def _wrong_texts(trail: Trail, fields: Mapping[str, Any], known: set[str]) -> Iterator[tuple[Trail, str]]:
    for key in fields.get("env", {}):
        if not key or "=" in key or "\0" in key:
            yield (*trail, "env", key), f"{key!r} is no name of a variable"
    for inner, text in _texts(fields):
        if "\0" in text:
            yield (*trail, *inner), "a program's words and variables hold no NUL character"
        for reference in _REFERENCE.findall(text):
            if reference not in known:
                yield (*trail, *inner), f"unknown name ${{{reference}}}{suggest(reference, known)}"


def _texts(fields: Mapping[str, Any]) -> Iterator[tuple[Trail, str]]:
    for index, text in enumerate(fields.get("start", ())):
        yield ("start", index), text
    for key, text in fields.get("env", {}).items():
        yield ("env", key), text
    yield ("cwd",), fields.get("cwd", "")
