"""What can be wrong with the `audit:` of a scenario beyond the schema."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from emulator.core.tables import table_folder
from emulator.scenario.apps import served, unknown_app, wrong_expectations
from emulator.scenario.document import Document, Trail, is_there, suggest
from emulator.scenario.interpolation import names_in
from emulator.scenario.matchers import matcher_problem
from emulator.scenario.model import Scenario
from emulator.scenario.names import locale_of, text_problems

#: What an audit fills a login request with.
LOGIN_NAMES = (
    "code",
    "phone_code",
    "encrypted_data",
    "iv",
    "raw_data",
    "signature",
    "person",
    "nickname",
    "avatar",
)
_MATCHERS = ("success", "refused", "unavailable")
_CALLS = ("logged_in", "logout")


class _Known(NamedTuple):
    """The names that a request may look up, and the language of those that are invented."""

    names: set[str]
    locale: str


def check_audit(document: Document, scenario: Scenario) -> None:
    """Note what is wrong with the audit beyond the schema."""
    audit = scenario.audit
    if not audit:
        return
    _check_app(document, scenario, audit)
    _check_rules(document, audit)
    login = audit.get("login")
    if isinstance(login, Mapping) and login:
        _check_login(document, scenario, login)


def rule_ids() -> list[str]:
    """Return the ids of the rules that come with the emulator."""
    import json

    texts = [one.read_text("utf-8") for one in table_folder("audit").iterdir() if one.name.endswith(".json")]
    return sorted(name for text in texts for name in json.loads(text).get("rules", {}))


def _check_app(document: Document, scenario: Scenario, audit: Mapping[str, Any]) -> None:
    name = audit.get("app")
    is_written = any(("apps", name) in one.keys for one in document.chain())  # its own mistakes are noted already
    known = served(scenario.apps)
    if isinstance(name, str) and known and name not in known and (name in scenario.apps or not is_written):
        document.report(("audit", "app"), unknown_app(name, known))


def _check_rules(document: Document, audit: Mapping[str, Any]) -> None:
    """Check the files of own rules, and the names of skipped ones; those of own rules are known to their file only."""
    files = audit.get("rules") or ()
    folder = document.holder(("audit", "rules")).path.parent
    for index, name in enumerate(files):
        if not is_there(folder / name):
            document.report(("audit", "rules", index), f"there is no file {name!r}")
    known = [] if files else rule_ids()
    for name in audit.get("skip") or ():
        if known and name not in known:
            message = f"unknown rule {name!r}{suggest(name, known)}; mockdoor audit --list shows all"
            document.report(("audit", "skip", name), message, at_key=True)


def _check_login(document: Document, scenario: Scenario, login: Mapping[str, Any]) -> None:
    trail: Trail = ("audit", "login")
    request = login.get("request") or {}
    names = _Known({*scenario.variables, *LOGIN_NAMES}, locale_of(scenario))
    _check_request(document, request, (*trail, "request"), names)
    if request and not any("code" in names_in(text) for _, text in _texts(request, ())):
        message = (
            'the login request carries no ${code}; write it where the code of wx.login goes: json: {code: "${code}"}'
        )
        document.report((*trail, "request"), message, at_key=True)
    for name in _MATCHERS:
        _check_matcher(document, login.get(name), (*trail, name))
    left = _Known({*scenario.variables, *login.get("capture", {}), "token"}, names.locale)
    for name in _CALLS:
        if login.get(name):
            _check_call(document, login[name], (*trail, name), left)


def _check_call(document: Document, call: Mapping[str, Any], trail: Trail, known: _Known) -> None:
    if "request" not in call and "path" not in call:
        document.report(trail, "missing key 'path'", at_key=True)
    _check_request(document, call.get("request", call), (*trail, "request") if "request" in call else trail, known)
    for name in ("success", "expect"):
        _check_matcher(document, call.get(name), (*trail, name))


def _check_request(document: Document, request: Mapping[str, Any], trail: Trail, known: _Known) -> None:
    if "to" in request:
        document.report((*trail, "to"), "an audit asks the app that 'audit: app' names; leave 'to' out", at_key=True)
    sent = {key: one for key, one in request.items() if key not in ("to", "success", "expect")}
    for inner, text in _texts(sent, ()):
        for message in text_problems(text, known.names, locale=known.locale):
            document.report((*trail, *inner), message)


def _check_matcher(document: Document, written: Any, trail: Trail) -> None:
    if isinstance(written, list):
        for index, one in enumerate(written):
            _check_matcher(document, one, (*trail, index))
        return
    if not isinstance(written, Mapping):
        return
    for key, message in wrong_expectations("request", written):
        document.report((*trail, key), message, at_key=True)
    for inner, message in _wrong_matchers(written, ()):
        document.report((*trail, *inner), message, at_key=True)


def _wrong_matchers(value: Any, trail: Trail) -> Iterator[tuple[Trail, str]]:
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from _wrong_matchers(one, (*trail, index))
    elif isinstance(value, Mapping):
        for key, one in value.items():
            problem = matcher_problem(key, one) if key.startswith("$") else ""
            if problem:
                yield (*trail, key), problem
            elif not key.startswith("$"):
                yield from _wrong_matchers(one, (*trail, key))


def _texts(value: Any, trail: Trail) -> Iterator[tuple[Trail, str]]:
    """Yield every text below a value, keys included, with where it stands."""
    if isinstance(value, str):
        yield trail, value
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _texts(one, (*trail, index))
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield (*trail, key), str(key)
            yield from _texts(one, (*trail, key))
