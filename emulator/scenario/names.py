"""Checking steps: one kind each, flows that exist and end, names that are known before they are used."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from emulator.core.durations import parse_duration
from emulator.scenario.apps import MINI_STEPS, unknown_app, wrong_expectations
from emulator.scenario.captures import find_capture_problem
from emulator.scenario.document import Document, Entry, Trail, suggest
from emulator.scenario.effects import build_fault
from emulator.scenario.interpolation import LOCALE, LOCALE_VARIABLE, locale_exists, look_alikes, name_problem, names_in
from emulator.scenario.matchers import matcher_problem
from emulator.scenario.mini_programs import persona_problems, step_problems
from emulator.scenario.model import Scenario
from emulator.scenario.parallel import REQUEST_KINDS, group_keys_elsewhere, parallel_problems
from emulator.scenario.verifying import verified_personas, verify_problems

KINDS = (
    "wx.login",
    "wx.getPhoneNumber",
    "wx.getUserInfo",
    "wx.getUserProfile",
    "wx.requestSubscribeMessage",
    "wx.requestPayment",
    "login",
    "code2session",
    "decrypt",
    "request",
    "run",
    *MINI_STEPS,
    "refresh",
    "update_user",
    "get_account",
    "advance",
    "fault",
    "clear_faults",
    "reset",
    "verify",
    "parallel",
    "use",
    "note",
)
#: Steps that play what a mini program asks WeChat for.
WX_STEPS = tuple(kind for kind in KINDS if kind.startswith("wx."))
#: Names that a step of a kind sets by itself.
SETS = {
    "wx.login": {"code"},
    "wx.getPhoneNumber": {"phone_code", "encrypted_data", "iv"},
    "wx.getUserInfo": {"encrypted_data", "iv", "raw_data", "signature"},
    "wx.getUserProfile": {"encrypted_data", "iv", "raw_data", "signature"},
    "wx.requestPayment": {"transaction_id", "mch_id", "out_trade_no"},
    "login": {"code", "access_token", "refresh_token", "user", "owner", "user_id"},
    "refresh": {"access_token", "refresh_token"},
    "code2session": {"openid", "unionid", "session_key"},
}
#: The names that a decrypt step takes for each of its keys that is not given.
NEEDED_TO_DECRYPT = {"session_key": "session_key", "data": "encrypted_data", "iv": "iv"}
REFERENCE = re.compile(r"\$\{([^}]*)\}")


def kind_of(step: Mapping[str, Any]) -> str:
    """Return a step's kind, empty when it has none."""
    return next((kind for kind in KINDS if kind in step), "")


def locale_of(scenario: Scenario) -> str:
    """Return the language of the values that a scenario has invented: its variable `faker_locale`."""
    return str(scenario.variables.get(LOCALE_VARIABLE, LOCALE))


def text_problems(text: str, known: set[str], *, locale: str) -> Iterator[str]:
    """Yield what is wrong with the names that a text looks up."""
    if "${" in text:
        yield from look_alikes(text)
        yield from (problem for name in names_in(text) if (problem := name_problem(name, known, locale=locale)))


def check_steps(document: Document, scenario: Scenario) -> None:
    """Note what is wrong with the steps beyond the schema."""
    checker = _Checker(document, scenario)
    known = set(scenario.variables)
    checker.check_variables()
    for trail, message in persona_problems(scenario.apps, scenario.personas):
        document.report(trail, message)
    for step in scenario.steps:
        checker.check(step, known)
    for step in scenario.cleanup:
        # What the steps set may or may not be there by then.
        checker.check(step, known)
    for name, flow in scenario.flows.items():
        checker.check_flow(name, flow)


class _Checker:
    def __init__(self, document: Document, scenario: Scenario) -> None:
        self.document = document
        self.scenario = scenario
        self.flows: Mapping[str, Any] = scenario.flows
        self._files = tuple(document.chain())
        self.locale = locale_of(scenario)

    def check_variables(self) -> None:
        """Check the texts of variables: each may look up those before it."""
        known: set[str] = set()
        if LOCALE_VARIABLE in self.scenario.variables and not locale_exists(self.locale):
            self.document.report(
                ("vars", LOCALE_VARIABLE), f"faker has no language {self.locale!r}; write one such as zh_CN"
            )
        for name, value in self.scenario.variables.items():
            for text in _strings(value):
                for message in text_problems(text, known, locale=self.locale):
                    self.document.report(("vars", name), message)
            known.add(name)

    def check(self, step: Any, known: set[str]) -> None:
        """Check one step, and add the names that it sets to the known ones."""
        kind = self._check_kind(step)
        rows = step.get("with", [])
        if not isinstance(rows, dict):  # a table that cannot be read
            columns = {column for row in rows for column in row}
            for leaf, place in _leaves(step):
                self._check_names(leaf, place, known | columns)
        self._check_matchers(step.get("expect"))
        self._check_captures(step)
        if kind == "use":
            self._check_use(step)
            known |= self._set_by_flow(step.get("use", ""))
        if kind == "decrypt":
            self._check_decrypt(step, known | columns)
        self._check_planned(step, kind)
        self._check_parallel(step, known)
        known |= SETS.get(kind, set()) | set(step.get("capture", {}))

    def _check_parallel(self, step: Any, known: set[str]) -> None:
        """Check the steps inside of `parallel`, none of which knows what another one sets."""
        problems = parallel_problems(step) if "parallel" in step else group_keys_elsewhere(step)
        for entry, key, message in problems:
            self._report(entry, message, key=key)
        for inner in step.get("parallel", []):
            if kind_of(inner) in REQUEST_KINDS:
                self.check(inner, set(known))
        known |= _set_by(step.get("parallel", []))

    def check_flow(self, name: str, flow: Any) -> None:
        """Check a flow: its names may come from its parameters, from variables and from whatever any step sets."""
        if self._calls(name, name, set()):
            self._report(flow, f"the flow {name!r} uses itself, so it would never end")
            return
        known = set(self.scenario.variables) | set(flow.get("params", [])) | self._set_anywhere()
        for step in flow["steps"]:
            self.check(step, known)

    def _check_kind(self, step: Any) -> str:
        kinds = [kind for kind in KINDS if kind in step]
        if len(kinds) != 1:
            got = " and ".join(kinds) or "none"
            self._report(step, f"a step has one kind of {', '.join(KINDS)}; got {got}")
        return kinds[0] if kinds else ""

    def _check_use(self, step: Any) -> None:
        name, flows = step["use"], self.flows
        flow = flows.get(name)
        if flow is None and self._is_declared("flows", name):
            return  # its mistakes are reported already
        if flow is None:
            self._report(step, f"unknown flow {name!r}{suggest(name, flows)}", key="use")
            return
        wanted, given = set(flow.get("params") or []), set(step.get("params", {}))
        for missing in sorted(wanted - given):
            self._report(step, f"the flow {name!r} needs the parameter {missing!r}", key="use")
        for extra in sorted(given - wanted):
            self._report(step, f"the flow {name!r} has no parameter {extra!r}{suggest(extra, wanted)}", key="params")

    def _check_decrypt(self, step: Any, known: set[str]) -> None:
        given = step["decrypt"]
        missing = [name for key, name in NEEDED_TO_DECRYPT.items() if key not in given and name not in known]
        if missing:
            self._report(step, f"nothing to decrypt: no step before sets {', '.join(missing)}")

    def _check_planned(self, step: Any, kind: str) -> None:
        self._check_personas(step, kind)
        self._check_app(step, kind)
        if kind == "fault":
            build_fault(step["fault"], ("fault",), partial(self._report_below, step), number=0)
        if kind == "advance" and not REFERENCE.search(step["advance"]):
            try:
                parse_duration(step["advance"])
            except ValueError as error:
                self._report(step, str(error), key="advance")
        if kind == "verify":
            for trail, message in verify_problems(step["verify"]):
                self._report_below(step, ("verify", *trail), message)

    def _check_personas(self, step: Any, kind: str) -> None:
        """Check that somebody declared the personas that a step names outright."""
        inner = step[kind] if kind in (*WX_STEPS, "login", "fault", "verify", "open") else {}
        for entry, key in ((inner, "as"), *verified_personas(inner)):
            name, known = entry.get(key), self.scenario.personas
            if isinstance(name, str) and name not in known and not REFERENCE.search(name):
                self._report(entry, f"nobody declared the persona {name!r}{suggest(name, known)}", key=key)

    def _check_app(self, step: Any, kind: str) -> None:
        """Check that an app that a step names is declared, and that a step expects what its kind gives."""
        inner, apps = step.get(kind), self.scenario.apps
        name = inner.get("to") if kind == "request" else None
        if name is not None and name not in apps and not self._is_declared("apps", name):
            self._report(inner, unknown_app(name, apps), key="to")
        elif name is not None and name in apps and apps[name].mini_program:
            self._report(
                inner, f"the app {name!r} is a mini program; the steps {', '.join(MINI_STEPS)} use it", key="to"
            )
        for key, message in step_problems(kind, inner, apps) if kind in MINI_STEPS else ():
            self._report(inner, message, key=key)
        for key, message in wrong_expectations(kind, step.get("expect", {})):
            self._report(step["expect"], message, key=key)

    def _is_declared(self, kind: str, name: str) -> bool:
        """Return whether an entry is written somewhere and was taken out for its mistakes, which are reported."""
        return any((kind, name) in one.keys and name not in one.value.get(kind, {}) for one in self._files)

    def _check_matchers(self, value: Any) -> None:
        """Check every `{$matcher: …}` of an expectation."""
        if isinstance(value, list):
            for one in value:
                self._check_matchers(one)
        if not isinstance(value, dict):
            return
        for name, one in value.items():
            if name.startswith("$"):
                problem = matcher_problem(name, one)
                if problem:
                    self._report(value, problem, key=name)
            else:
                self._check_matchers(one)

    def _check_names(self, leaf: str, place: tuple[Entry, str], known: set[str]) -> None:
        for message in text_problems(leaf, known, locale=self.locale):
            self._report(place[0], message, key=place[1])

    def _check_captures(self, step: Any) -> None:
        captured = step.get("capture", {})
        for name, where in captured.items():
            problem = find_capture_problem(kind_of(step), where)
            if problem:
                self._report(captured, problem, key=name)

    def _set_by_flow(self, name: str) -> set[str]:
        flow = self.flows.get(name)
        return _set_by(flow["steps"]) if flow else set()

    def _set_anywhere(self) -> set[str]:
        flows = [flow["steps"] for flow in self.flows.values()]
        found = _set_by(self.scenario.steps) | _set_by(self.scenario.cleanup)
        return found.union(*(_set_by(steps) for steps in flows))

    def _calls(self, start: str, target: str, seen: set[str]) -> bool:
        """Return whether a flow leads to another one, directly or not."""
        flow = self.flows.get(start)
        if flow is None or start in seen:
            return False
        seen.add(start)
        used = [str(step["use"]) for step in flow["steps"] if "use" in step]
        return target in used or any(self._calls(one, target, seen) for one in used)

    def _report(self, entry: Any, message: str, *, key: str = "") -> None:
        """Note a problem at an entry, or at a value of it; one of an extended file shows that file."""
        if not isinstance(entry, Entry):
            self.document.report((), message)
            return
        holder = next((one for one in self._files if one.path == entry.path), self.document)
        holder.report_at(entry.places.get(key, entry.place), message)

    def _report_below(self, step: Any, trail: Trail, message: str, **_: bool) -> None:
        """Note a problem at a value somewhere below a step, as near as its trail leads."""
        if "fault" in step and REFERENCE.search(step["fault"]["at"]) and "at" in trail:
            return  # which operation it is shows when the step runs
        entry = step
        for key in trail[:-1]:
            if not isinstance(entry.get(key), Entry):
                trail = (key,)
                break
            entry = entry[key]
        self._report(entry, message, key=str(trail[-1]))


def _set_by(steps: Iterable[Any]) -> set[str]:
    names: set[str] = set()
    for step in steps:
        names |= SETS.get(kind_of(step), set()) | set(step.get("capture", {})) | _set_by(step.get("parallel", []))
    return names


def _leaves(entry: Any) -> Iterable[tuple[str, tuple[Entry, str]]]:
    """Yield every text of a step with the entry and key where it stands; captures and steps inside it aside."""
    if not isinstance(entry, Entry):
        return
    for key, value in entry.items():
        if key in ("capture", "parallel"):
            continue
        for leaf in _texts(value):
            if isinstance(leaf, str):
                yield leaf, (entry, key)
            else:
                yield from _leaves(leaf)


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one)


def _texts(value: Any) -> Iterable[str | Entry]:
    if isinstance(value, str | Entry):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
