"""What each kind of step does: a table from the kind to a function."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from emulator.core.json_object import Json
from emulator.journal.queries import verify
from emulator.runner.asking import ASKS, Outcome, ask
from emulator.runner.case import Case
from emulator.runner.decrypt_step import run_decrypt
from emulator.runner.expect import show
from emulator.runner.mini_steps import MINI_ACTIONS
from emulator.runner.names import fill
from emulator.runner.parallel import run_parallel
from emulator.runner.results import Mismatch
from emulator.runner.run_step import run_program
from emulator.scenario import check_verify

#: Does a step: the case, the whole step, and the value of its kind with the names in it looked up. Returns None when
#: the steps inside it have said everything. Raises NoControl, CannotCapture, UnknownName, ScenarioError, ValueError.
Action = Callable[[Case, Mapping[str, Any], Any], Outcome | None]

PASSED = Outcome()


def _wx_login(case: Case, _step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    case.names["code"] = case.control.login_code(given.get("as"), given.get("appid"))
    return PASSED


def _wx_get_phone_number(case: Case, _step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    case.names["phone_code"] = case.control.phone_code(given.get("as"), given.get("appid"))
    return _hand_out(case, "getPhoneNumber", given)


def _wx_get_user_info(case: Case, _step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    return _hand_out(case, "getUserInfo", given)


def _wx_get_user_profile(case: Case, _step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    return _hand_out(case, "getUserProfile", given)


def _hand_out(case: Case, kind: str, given: Mapping[str, Any]) -> Outcome:
    case.names |= case.control.user_info(kind, given.get("as"), given.get("appid"))
    return PASSED


def _wx_request_subscribe_message(case: Case, _step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    case.control.permit(given.get("as"), given.get("appid"), given["template"])
    return PASSED


def _wx_request_payment(case: Case, _step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    case.names |= case.control.pay(given.get("as"), given.get("appid"))
    return PASSED


def _advance(case: Case, _step: Mapping[str, Any], by: str) -> Outcome:
    case.control.advance(by)
    return PASSED


def _fault(case: Case, _step: Mapping[str, Any], fault: Mapping[str, Any]) -> Outcome:
    case.plan(fault)
    return PASSED


def _clear_faults(case: Case, _step: Mapping[str, Any], which: str | bool) -> Outcome:
    case.clear_faults("" if which is True else str(which))
    return PASSED


def _reset(case: Case, _step: Mapping[str, Any], _value: object) -> Outcome:
    case.reset()
    return PASSED


def _verify(case: Case, _step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    """Ask the journal how often, or in which order, something was called."""
    check_verify(given)
    case.read_journal()
    found = verify(case.journal, given)
    if found.ok:
        return PASSED
    mismatches = [
        Mismatch(at=found.subject, expected=found.expected, actual=f"{found.actual} (seen: {found.seen})"),
        *(
            Mismatch(at=f"exchange {miss.number}", expected=_facts(miss.wanted), actual=_facts(miss.actual))
            for miss in found.misses
        ),
    ]
    return Outcome(status="failed", mismatches=tuple(mismatches))


def _facts(facts: Mapping[str, Json]) -> str:
    return ", ".join(f"{name} {show(value)}" for name, value in facts.items())


def _use(case: Case, step: Mapping[str, Any], name: str) -> None:
    """Run a flow; its parameters end with it, what it captures stays."""
    flow: Any = case.scenario.flows[name]
    outer, given = dict(case.names), fill(step.get("params", {}), case.names)
    case.names |= given
    case.run_steps(flow["steps"])
    for parameter in given:
        if parameter in outer:
            case.names[parameter] = outer[parameter]
        else:
            case.names.pop(parameter, None)


def _note(_case: Case, _step: Mapping[str, Any], text: str) -> Outcome:
    return Outcome(note=text)


#: What to do for each kind that a scenario file may hold (scenario/names.py).
ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "wx.login": _wx_login,
        "wx.getPhoneNumber": _wx_get_phone_number,
        "wx.getUserInfo": _wx_get_user_info,
        "wx.getUserProfile": _wx_get_user_profile,
        "wx.requestSubscribeMessage": _wx_request_subscribe_message,
        "wx.requestPayment": _wx_request_payment,
        "decrypt": run_decrypt,
        **dict.fromkeys(ASKS, ask),
        "parallel": run_parallel,
        "run": run_program,
        **MINI_ACTIONS,
        "advance": _advance,
        "fault": _fault,
        "clear_faults": _clear_faults,
        "reset": _reset,
        "verify": _verify,
        "use": _use,
        "note": _note,
    }
)
