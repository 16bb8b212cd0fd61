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
#: How long a step of a mini program may take, unless its app says otherwise.
STEP_PATIENCE = timedelta(seconds=10)
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
#: Those of them that a mini program's `replace` may name.
ADDRESSES = ("MOCKDOOR_URL", "CASDOOR_HOSTNAME", "CASDOOR_ENDPOINT", "WECHAT_API_BASE")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_REFERENCE = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True, kw_only=True)
class App:
    """An app under test: a `url` where it runs already, what `start` runs in `cwd`, or a mini program's folder.

    `port` is where it is to listen, 0 for any free one. It is ready when `ready`, a path, answers or when its output
    holds that text, else when `ready_port`, or by default `port`, takes connections. `page`, `persona` and `replace`
    are of a mini program: where it opens, who uses it, which beginnings of addresses lead elsewhere. `path` and `line`
    are where the file says so.
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
    mini_program: Path | None = None
    page: str = ""
    persona: str = ""
    replace: Mapping[str, str] = field(default_factory=dict)
    path: Path = field(default=Path(), compare=False)
    line: int = field(default=1, compare=False)


def url_variable(name: str) -> str:
    """Return the variable that holds an app's address: `APP_BACKEND_URL`."""
    return f"APP_{name.upper().replace('-', '_')}_URL"


def build_apps(merged: Mapping[str, Any], document: Document) -> dict[str, App]:
    """Return the apps of a merged file; problems are noted in the document."""
    given = merged.get("apps", {})
    asked = [name for name, value in given.items() if "mini_program" not in value]
    known = {*merged.get("vars", {}), *VARIABLES, *map(url_variable, asked)}
    found = {}
    for name, value in given.items():
        fields = {key: one for key, one in value.items() if one is not None}
        found[name] = _app(name, fields, document)
        for trail, message in _mistakes(name, fields, known):
            document.report(trail, message, at_key=len(trail) == 2)  # the app itself
        folder = found[name].mini_program
        if folder is not None and (problem := _folder_problem(folder)):
            document.report(("apps", name, "mini_program"), problem)
    return found


def refuse_programs(document: Document) -> None:
    """Note every program that a text from elsewhere would start."""
    apps = document.value.get("apps")
    for name, value in apps.items() if isinstance(apps, dict) else ():
        for key in ("start", "mini_program"):
            if isinstance(value, dict) and key in value:
                message = "a scenario sent here starts no program; give the app's url"
                document.report(("apps", name, key), message, at_key=True)


def served(apps: Mapping[str, App]) -> dict[str, App]:
    """Return the apps that are asked over HTTP: all but mini programs."""
    return {name: app for name, app in apps.items() if app.mini_program is None}


def unknown_app(name: str, apps: Mapping[str, App]) -> str:
    """Return what to say of an app that nobody declared."""
    return f"unknown app {name!r}{suggest(name, apps)}"


#: What only a `run` step can be expected to give, and what it can.
_OF_PROGRAMS = ("exit", "stdout", "stderr")
#: Steps that use a mini program.
MINI_STEPS = ("open", "tap", "input", "choose_avatar", "phone_number", "allow", "refuse")
#: What such a step may expect, in the order in which it is compared.
EXPECTED = ("page", "query", "text", "data", "toast", "loading", "modal", "storage", "requests", "console", "errors")


def wrong_expectations(kind: str, expected: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each key of an `expect` that a step of this kind cannot meet, with what to say of it."""
    for key in expected:
        if kind in MINI_STEPS and key not in (*EXPECTED, "within"):
            yield key, f"the step {kind} has no {key!r}; allowed: {', '.join(sorted((*EXPECTED, 'within')))}"
        elif kind not in MINI_STEPS and key in EXPECTED and key != "text":
            yield key, f"{key!r} is what a step of a mini program may expect; this is a step of kind {kind or 'none'}"
        elif kind == "run" and key not in (*_OF_PROGRAMS, "within"):
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
    if "mini_program" in given:
        written = document.holder((*trail, "mini_program"))
        given = {"patience": STEP_PATIENCE, **given, "mini_program": written.path.parent / given["mini_program"]}
    given["url"] = given.get("url", "").rstrip("/")
    if "patience" in fields:
        given["patience"] = build_duration(given["patience"], (*trail, "patience"), document.report)
    if isinstance(given.get("ready"), int):
        given["ready_port"] = given.pop("ready")
    line = holder.keys.get(trail, (0, 0))[0] + 1
    return App(name=name, path=holder.path, line=line, **given)


def _mistakes(name: str, fields: Mapping[str, Any], known: set[str]) -> Iterator[tuple[Trail, str]]:
    trail: Trail = ("apps", name)
    if not _NAME.fullmatch(name):
        yield trail, f"an app's name has up to 40 of a-z 0-9 -, a letter first; got {name!r}"
    kinds = [key for key in ("url", "start", "mini_program") if key in fields]
    if len(kinds) != 1:
        ways = "a url, where it runs already, a start, which starts it, or a mini_program, its folder"
        yield trail, f"an app has {ways}; got {' and '.join(kinds) or 'none'}"
    elif "mini_program" in fields:
        yield from _wrong_mini_program(trail, fields, known)
    elif "url" in fields:
        for key in fields.keys() - {"url"}:
            yield (*trail, key), f"{key!r} is for an app that is started here; this one has a url"
        if not is_address(fields["url"]):
            yield (*trail, "url"), f"expected an address such as http://127.0.0.1:3000, got {fields['url']!r}"
    for key in fields.keys() & {"page", "persona", "replace"} if "start" in fields else ():
        yield (*trail, key), f"{key!r} is for a mini program"
    ready = fields.get("ready", 1)
    if isinstance(ready, int) and not 1 <= ready <= 65535:  # TCP's ports
        yield (*trail, "ready"), f"expected a port from 1 to 65535, a path, or a text of its output, got {ready}"
    yield from _wrong_texts(trail, fields, known)


def _wrong_mini_program(trail: Trail, fields: Mapping[str, Any], known: set[str]) -> Iterator[tuple[Trail, str]]:
    for key in fields.keys() & {"cwd", "env", "port", "ready"}:
        yield (*trail, key), f"{key!r} is for an app that is started here; this one is a mini program"
    for start, address in fields.get("replace", {}).items():
        if problem := _replace_problem(start):
            yield (*trail, "replace", start), problem
        allowed = known - (set(VARIABLES) - set(ADDRESSES))
        for reference in _REFERENCE.findall(address):
            if reference not in allowed:
                yield (*trail, "replace", start), f"unknown name ${{{reference}}}{suggest(reference, allowed)}"


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


def _folder_problem(folder: Path) -> str:
    """Return what is wrong with a mini program's folder, empty when nothing is."""
    if not folder.is_dir():
        return f"there is no folder {folder}"
    if not any((folder / name).is_file() for name in ("app.json", "project.config.json", "miniprogram/app.json")):
        return f"{folder} holds no app.json; name the folder with app.json or project.config.json"
    return ""


def _replace_problem(start: str) -> str:
    """Return what is wrong with the beginning of an address that is to be replaced, empty when nothing is."""
    parts = urlsplit(start)
    if parts.scheme in ("http", "https") and parts.hostname:
        return ""
    return f"expected the beginning of an address such as https://api.example.com, got {start!r}"


def _texts(fields: Mapping[str, Any]) -> Iterator[tuple[Trail, str]]:
    for index, text in enumerate(fields.get("start", ())):
        yield ("start", index), text
    for key, text in fields.get("env", {}).items():
        yield ("env", key), text
    yield ("cwd",), fields.get("cwd", "")
