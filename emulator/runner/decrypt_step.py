"""The step `decrypt`: encryptedData as the backend of a mini program reads it."""

import json
from collections.abc import Mapping
from typing import Any

from emulator.runner.asking import Outcome, take
from emulator.runner.case import Case
from emulator.runner.decryption import CannotDecrypt, read_encrypted, through_form
from emulator.runner.expect import compare, show
from emulator.runner.names import fill
from emulator.runner.results import Mismatch, Received
from emulator.scenario.names import NEEDED_TO_DECRYPT


def run_decrypt(case: Case, step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    """Read encryptedData as a backend does; `fails` says how that shall fail."""
    defaults = {key: f"${{{name}}}" for key, name in NEEDED_TO_DECRYPT.items() if key not in given}
    kept = fill(defaults, case.names) | {key: given[key] for key in NEEDED_TO_DECRYPT if key in given}
    data, wanted = str(kept.pop("data")), given.get("fails", "")
    appid = given.get("appid") or next(iter(case.scenario.miniprograms), "")
    try:
        found = read_encrypted(through_form(data) if given.get("via") == "form" else data, appid=appid, **kept)
    except CannotDecrypt as error:
        if error.kind == wanted:
            return Outcome(note=str(error))
        mismatch = Mismatch(at="decrypt", expected=wanted or "readable data", actual=f"{error.kind}: {error}")
        return Outcome(status="failed", mismatches=(mismatch,))
    if wanted:
        mismatch = Mismatch(at="decrypt", expected=wanted, actual=f"readable data: {show(found)}")
        return Outcome(status="failed", mismatches=(mismatch,))
    received = Received(status=200, body=json.dumps(found, ensure_ascii=False))
    mismatches = tuple(compare(fill(step.get("expect", {}), case.names), received, ()))
    message = "" if mismatches else take(case, step, received, None)
    return Outcome(status="failed" if mismatches or message else "passed", message=message, mismatches=mismatches)
