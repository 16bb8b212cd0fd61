"""Casdoor's own init_data.json as part of a scenario."""

import json
from pathlib import Path
from typing import Any

from emulator.scenario.document import problem, read_text
from emulator.scenario.object_kinds import OBJECT_KINDS

#: The lists that are read; rows of those that are not named alone have an owner in their key.
_NAMED_ALONE = frozenset({"organizations", "providers", "applications", "certs"})
_LISTS = ("organizations", "providers", "applications", "users", "certs", *OBJECT_KINDS)


def read_init_data(path: Path) -> dict[str, Any]:
    """Return the maps that an exported init_data.json amounts to, each row as written.

    Raises ScenarioError for a file that is none.
    """
    data = _parse(path)
    maps: dict[str, Any] = {}
    for kind in _LISTS:
        rows = [] if data.get(kind) is None else data[kind]
        if not isinstance(rows, list):
            raise problem(path, f"{kind} must be a list, as Casdoor exports it")
        maps[kind] = {}
        for index, row in enumerate(rows):
            # `persona` is a word of scenario files; in Casdoor's own file it means nothing.
            key = _key(path, kind, index, row)
            maps[kind][key] = {name: value for name, value in row.items() if name != "persona"}
    return maps


def _parse(path: Path) -> dict[str, Any]:
    text = read_text(path)
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise problem(path, f"not JSON, line {error.lineno} column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise problem(path, "nested too deeply") from error
    except ValueError as error:
        raise problem(path, "a number in it has too many digits") from error
    if _has_half_characters(text, data):
        raise problem(path, "half of a surrogate pair such as \\ud83d is not a character")
    if not isinstance(data, dict) or not any(kind in data for kind in _LISTS):
        raise problem(path, f"this is not an init_data.json: expected an object with some of {', '.join(_LISTS)}")
    return data


def _has_half_characters(text: str, data: Any) -> bool:
    return "\\ud" in text.lower() and any("\ud800" <= char <= "\udfff" for char in json.dumps(data, ensure_ascii=False))


def _key(path: Path, kind: str, index: int, row: Any) -> str:
    where = f"{kind}[{index}]"
    if not isinstance(row, dict):
        raise problem(path, f"{where} must be an object")
    name, owner = row.get("name"), row.get("owner", "admin")
    if not isinstance(name, str) or not name or not isinstance(owner, str):
        raise problem(path, f"{where} needs an owner and a name, both text")
    if kind not in _NAMED_ALONE and (not owner or "/" in owner + name):
        raise problem(path, f"{where} ({owner}/{name}) needs an owner and a name without a slash")
    if kind == "certs" and row.get("certificate") and not row.get("privateKey"):
        raise problem(
            path, f"{where} ({name}) has a certificate without its privateKey, so nothing can be signed with it"
        )
    return name if kind in _NAMED_ALONE else f"{owner}/{name}"
