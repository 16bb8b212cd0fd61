"""Rules about what an error shows of the inside: facts/login-rules.md 1, Statuses and bodies."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from emulator.audit.evidence import Evidence
from emulator.audit.observer import Call
from emulator.audit.probe import Probe
from emulator.audit.rules.registry import NotExamined, Seen, Severity, each_probe, rule

_SOURCE = r"(?:py|rb|php|go|java|kt|cs|js|mjs|cjs|ts)"
#: What gives a stack trace away, by the name that a finding gives it.
TRACES: Mapping[str, re.Pattern[str]] = {
    "a Python traceback": re.compile(r'Traceback \(most recent|File "[^"\n]+\.py", line \d+'),
    "a Java stack": re.compile(
        r"\bat [\w$.]+[.$][\w$<>]+\((?:[\w$]+\.(?:java|kt|scala|groovy)(?::\d+)?|Native Method)\)"
    ),
    "a JavaScript stack": re.compile(r"\bat (?:[^()\n<]{1,120} \()?(?:file://|node:|/|[A-Za-z]:\\)[^()\s]*:\d+:\d+"),
    "a Go stack": re.compile(r"\bgoroutine \d+ \["),
    "a PHP stack": re.compile(r"#\d+ /[^\s()]+\.php\(\d+\)"),
    "a .NET stack": re.compile(r"\bin [^\n]{1,200}\.cs:line \d+"),
    "a Ruby stack": re.compile(r"\.rb:\d+:in ['`]"),
    "text of a database": re.compile(
        r"UNIQUE constraint failed|violates (?:unique|not-null|foreign key) constraint|\bSQLSTATE\b|\bORA-\d{5}\b"
        r"|\bER_(?:DUP|NO|BAD|PARSE|ACCESS|LOCK|DATA|TRUNCATED)_[A-Z_]+|E11000 duplicate key|\bpsycopg2?\."
        r"|\bsqlalche\.me/|\bsqlite3\.\w*Error|You have an error in your SQL syntax|Duplicate entry '.*' for key"
    ),
    "a path of the source": re.compile(
        rf"(?<![\w/.:-])/(?:[\w.@-]+/)+[\w.@-]+\.{_SOURCE}(?::\d+|\(\d+\)|\", line)"
        rf"|(?<![\w/.:-])/(?:home|root|usr|opt|srv|var/www|Users)/(?:[\w.@-]+/)*[\w.@-]+\.(?:py|rb|php|go|java|cs)\b"
        rf"|\b[A-Z]:\\(?:[\w .@-]+\\)+[\w.@-]+\.{_SOURCE}\b"
    ),
}
#: What only a page of a debug mode holds.
DEBUG_PAGES: Mapping[str, re.Pattern[str]] = {
    "Werkzeug": re.compile(r"Werkzeug Debugger|__debugger__=|EVALEX_TRUSTED"),
    "Django": re.compile(r"DEBUG = True|DEBUG</code> = <code>True"),
    "Starlette": re.compile(r"class=\"traceback-container\""),
    "Laravel": re.compile(
        r"Whoops container|Whoops\\+(?:Exception|Handler)|window\.ignite\(|window\.data = \{\"report\""
    ),
    "ThinkPHP": re.compile(r"think_page_trace|class=\"exception-var\""),
    "Rails": re.compile(r"id=\"?console\"? data-mount-point|web-console|Rails\.root: /"),
    "Express": re.compile(r"<pre>[^<]*(?:<br>\s*(?:&nbsp;|\s)+at )"),
    "ASP.NET": re.compile(r"Server Error in '/[^']*' Application[\s\S]*Stack Trace:"),
}
_SPRING = {"timestamp", "status", "error", "trace"}
#: Texts of WeChat this long, in words, nobody writes by chance; shorter ones count with their rid or address only.
_WORDS = 5
_RID = re.compile(r"rid: ([0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8})")
_NOT_READ = ("HEAD", "OPTIONS")
#: Statuses that a framework or a gateway answers before the app is asked.
_BEFORE_APP = (404, 405, 413, 414, 431)


def _stack_trace(_evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    found = first_of(TRACES, readable(probe.received.body))
    if found:
        yield Seen(key="stack-trace", probe=probe, params={"what": found[0], "text": found[1][:80]})


def _debug_mode(_evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    body = probe.received.body
    found = first_of(DEBUG_PAGES, body)
    if found or _object(body).keys() >= _SPRING:
        yield Seen(key="debug-page", probe=probe, params={"framework": found[0] if found else "Spring"})


def _upstream_text(_evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    body = readable(probe.received.body)
    for text in _upstream_texts(probe):
        if _is_telling(text) and text in body:
            yield Seen(key="upstream-text", probe=probe, params={"text": text[:80]})
            return
    for text in _upstream_texts(probe):
        rid = _RID.search(text)
        if rid and rid[1] in body:
            yield Seen(key="upstream-rid", probe=probe, params={"rid": rid[1]}, severity="info")
            return


def _upstream_texts(probe: Probe) -> Iterator[str]:
    """Yield what WeChat and Casdoor said of their errors."""
    for call in probe.calls:
        yield from _error_texts(call)
        for inner in call.exchange.inner:
            errmsg = _object(inner.reply.body.decode("utf-8", "replace")).get("errmsg")
            if isinstance(errmsg, str):
                yield errmsg


def _error_texts(call: Call) -> Iterator[str]:
    said = call.json
    failed = bool(said.get("errcode")) or bool(said.get("error")) or said.get("status") == "error"
    for name in ("errmsg", "error_description", "msg"):
        text = said.get(name)
        if failed and isinstance(text, str):
            yield text


def _is_telling(text: str) -> bool:
    return bool(_RID.search(text)) or len(text.split()) >= _WORDS


def _is_json(evidence: Evidence) -> Iterator[Seen]:
    """Hold failures against the successes of the same path, which have to be JSON."""
    spoken = {_path(one) for one in evidence.probes("every") if one.outcome == "success" and _says_json(one)}
    used = {(one.sent.method, _path(one)) for one in evidence.probes("every") if one.outcome == "success"}
    if not spoken:
        raise NotExamined("no-json")
    for probe in evidence.probes("every"):
        if probe.outcome == "success" or probe.received.failure or _path(probe) not in spoken:
            continue
        if probe.sent.method in _NOT_READ or 300 <= probe.status < 400 or _is_page(probe) or _says_json(probe):
            continue
        if 200 <= probe.status < 300 and (probe.sent.method, _path(probe)) not in used:
            continue  # a page for whoever comes with a browser
        severity: Severity | None = "info" if probe.status in _BEFORE_APP else None
        yield Seen(key="error-not-json", probe=probe, params={"shown": probe.shown}, severity=severity)


def _is_page(probe: Probe) -> bool:
    """Return whether another method than the login's got no error: the path may show a page as well."""
    return probe.trouble == "other-methods" and probe.status < 300


def _says_json(probe: Probe) -> bool:
    try:
        json.loads(probe.received.body)
    except ValueError:
        return False
    kind = next((value for name, value in probe.received.headers if name.lower() == "content-type"), "")
    return "json" in kind.lower()


def _path(probe: Probe) -> str:
    return probe.sent.path.partition("?")[0]


def readable(body: str) -> str:
    """Return a body without the escapes of JSON and HTML."""
    unescaped = body.replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"').replace("\\/", "/")
    return html.unescape(unescaped.replace("\\u0026", "&"))


def first_of(patterns: Mapping[str, re.Pattern[str]], text: str) -> tuple[str, str] | None:
    """Return the name of the first pattern that a text holds, and what it found; None for none."""
    for name, pattern in patterns.items():
        if found := pattern.search(text):
            return name, found[0].strip()
    return None


def _object(body: str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


rule("no-stack-trace", "error")(each_probe(_stack_trace))
rule("debug-mode-off", "error", covers=("no-stack-trace", "error-is-json"))(each_probe(_debug_mode))
rule("upstream-text-not-shown", "warning")(each_probe(_upstream_text))
rule("error-is-json", "warning")(_is_json)
