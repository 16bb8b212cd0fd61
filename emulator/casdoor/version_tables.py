"""The tables of a Casdoor version: a folder of JSON files, or what differs from another version's."""

import json
from collections.abc import Iterable
from importlib.resources.abc import Traversable

from emulator.core.json_object import Json, JsonObject

#: What every version has a table of; facts/casdoor.md 10.1 lists how they differ.
TABLES = (
    "account_item",
    "account_items",
    "api_paths",
    "application",
    "claims",
    "discovery",
    "headers",
    "languages",
    "masks",
    "multi_factor_auths",
    "oauth_errors",
    "objects",
    "organization",
    "provider",
    "provider_item",
    "session",
    "signin_item",
    "signup_item",
    "texts",
    "token",
    "user",
    "user_fields",
    "web_config",
)
#: The tables whose parts the rules ask for by name, so that every version has the same.
_SAME_PARTS = ("api_paths", "claims", "headers", "masks", "oauth_errors", "objects", "texts", "user_fields")
_DIFFERENCES = "differences.json"
#: The files of a folder that are not tables.
_OTHERS = ("version.json", _DIFFERENCES)
#: The field that identifies a row of a list; a plain text stands for itself.
_ROW_KEYS = ("name", "mfaType")


class Tables:
    """The tables of one version, each read when it is first asked for.

    A table that the folder does not hold is the base's, changed by `differences.json`. That file names a table, or a
    part of one with dots (`masks.application`), and says what the version is `without`, what it has more (`with`:
    the new name, its `value`, and `after` which it comes; at the end without that) and what has another value (`set`).
    """

    def __init__(self, folder: Traversable, base: "Tables | None" = None) -> None:
        self.folder = folder
        self._base = base
        self._read: dict[str, Json] = {}
        self._changes: dict[str, dict[str, JsonObject]] | None = None

    def get(self, name: str) -> Json:
        """Return a table, which callers must not change; raises ValueError for a mistake in its files."""
        if name not in self._read:
            value = self._load(name)
            self._read[name] = JsonObject(value) if isinstance(value, dict) else value
        return self._read[name]

    def object(self, name: str) -> JsonObject:
        """Return a table that is an object; raises ValueError."""
        value = self.get(name)
        if not isinstance(value, JsonObject):
            raise ValueError(f"{self.folder}: table {name} must be an object")
        return value

    def rows(self, name: str) -> list[JsonObject]:
        """Return a table that is a list of objects; raises ValueError."""
        value = self.get(name)
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise ValueError(f"{self.folder}: table {name} must be a list of objects")
        return [JsonObject(one) for one in value if isinstance(one, dict)]

    def check(self) -> None:
        """Read everything at once; raises ValueError for the first mistake."""
        known = {*(f"{name}.json" for name in TABLES), *_OTHERS}
        for file in sorted(self.folder.iterdir(), key=lambda one: one.name):
            if file.name not in known:
                raise ValueError(f"{file}: not a file of a version{_suggest(file.name, known)}")
        for name in TABLES:
            own = self.get(name)
            if self._base is None:
                continue
            if isinstance(own, dict) != isinstance(self._base.get(name), dict):
                kind = "a list" if isinstance(own, dict) else "an object"
                raise ValueError(f"{self.folder}: table {name} must be {kind}, as the base's is")
            if name in _SAME_PARTS:
                self._check_parts(name, self._base)

    def _check_parts(self, name: str, base: "Tables") -> None:
        own, others = self.object(name), base.object(name)
        for missing in (part for part in others if part not in own):
            raise ValueError(f"{self.folder}: table {name} must have a part {missing!r}, as the base's has")
        for part in own:
            if part not in others:
                raise unknown_name(f"{self.folder}: table {name}", "unknown part", part, others)

    def _load(self, name: str) -> Json:
        file = self.folder.joinpath(f"{name}.json")
        if file.is_file():
            return read_json(file)
        if self._base is None:
            raise ValueError(f"{file}: missing; a version that is not based on another has every table")
        value = self._base.get(name)
        for path, changes in self._differences().get(name, {}).items():
            value = _at(value, path.split(".")[1:], changes, f"{self.folder.joinpath(_DIFFERENCES)}: {path}")
        return value

    def _differences(self) -> dict[str, dict[str, JsonObject]]:
        """Return what differs, by table and then by the whole path."""
        if self._changes is None:
            self._changes = _by_table(self.folder.joinpath(_DIFFERENCES))
        return self._changes


def read_json(file: Traversable) -> Json:
    """Return the JSON of a file; raises ValueError that names file, line and column."""
    try:
        loaded: Json = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{file}: there is no such file") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{file}: not UTF-8 text: {error.reason}") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"{file}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from error
    return loaded


def read_object(file: Traversable, allowed: Iterable[str] | None = None) -> JsonObject:
    """Return the JSON object of a file with no keys but the allowed ones; raises ValueError."""
    return as_object(read_json(file), f"{file}", allowed)


def as_object(value: Json, where: str, allowed: Iterable[str] | None = None) -> JsonObject:
    """Return a value that must be an object with no keys but the allowed ones; raises ValueError."""
    if not isinstance(value, dict):
        raise ValueError(f"{where}: {_shown(value)} must be an object")
    for key in value:
        if allowed is not None and key not in allowed:
            raise ValueError(f"{where}: unknown {key!r}{_suggest(key, allowed)}")
    return JsonObject(value)


def unknown_name(where: str, what: str, name: str, known: Iterable[str]) -> ValueError:
    """Return the error for a name that is none of the known ones; it says which are allowed."""
    return ValueError(f"{where}: {what} {name!r}{_suggest(name, known)}")


def _by_table(file: Traversable) -> dict[str, dict[str, JsonObject]]:
    found: dict[str, dict[str, JsonObject]] = {}
    for path, changes in (read_object(file) if file.is_file() else JsonObject()).items():
        name = path.split(".")[0]
        if name not in TABLES:
            raise unknown_name(f"{file}", "unknown table", name, TABLES)
        found.setdefault(name, {})[path] = as_object(changes, f"{file}: {path}", ("without", "with", "set"))
    return found


def _at(value: Json, inner: list[str], changes: JsonObject, where: str) -> Json:
    """Return a table with the part that `inner` leads to changed."""
    if not inner:
        return _changed(value, changes, where)
    if not isinstance(value, dict) or inner[0] not in value:
        raise unknown_name(where, "there is no part", inner[0], value if isinstance(value, dict) else ())
    return {**value, inner[0]: _at(value[inner[0]], inner[1:], changes, where)}


def _changed(value: Json, changes: JsonObject, where: str) -> Json:
    entries = _entries(value, where)
    for name in _texts(changes.get("without", []), f"{where}: without"):
        _must_exist(name, entries, f"{where}: without")
        del entries[name]
    for name, other in as_object(changes.get("set", {}), f"{where}: set").items():
        _must_exist(name, entries, f"{where}: set")
        _check_type(entries[name], other, f"{where}: set: {name}")
        entries[name] = other
    for name, entry in as_object(changes.get("with", {}), f"{where}: with").items():
        if name in entries:
            raise ValueError(f"{where}: with: there is a {name!r} already; write it under 'set'")
        added = as_object(entry, f"{where}: with: {name}", ("value", "after"))
        entries = _inserted(entries, name, added, f"{where}: with: {name}: after")
    return entries if isinstance(value, dict) else list(entries.values())


def _inserted(entries: dict[str, Json], name: str, added: JsonObject, where: str) -> dict[str, Json]:
    if "after" not in added:
        return {**entries, name: added.get("value")}
    _must_exist(added.text("after"), entries, where)
    before = list(entries).index(added.text("after")) + 1
    pairs = list(entries.items())
    return dict([*pairs[:before], (name, added.get("value")), *pairs[before:]])


def _texts(value: Json, where: str) -> list[str]:
    texts = [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
    if not isinstance(value, list) or len(texts) != len(value):
        raise ValueError(f"{where}: {_shown(value)} must be a list of texts")
    return texts


def _check_type(old: Json, new: Json, where: str) -> None:
    if old is not None and new is not None and type(old) is not type(new):
        raise ValueError(f"{where}: {_shown(new)} must be of the same type as {_shown(old)}")


def _must_exist(name: str, entries: dict[str, Json], where: str) -> None:
    if name not in entries:
        raise unknown_name(where, "there is no", name, entries)


def _entries(value: Json, where: str) -> dict[str, Json]:
    """Return the entries of an object or a list by name."""
    if isinstance(value, dict):
        return dict(value)
    if not isinstance(value, list):
        raise ValueError(f"{where}: only an object or a list has entries")
    return {_name_of(one): one for one in value}


def _name_of(row: Json) -> str:
    if isinstance(row, dict):
        row = next((row[key] for key in _ROW_KEYS if key in row), None)
    return row if isinstance(row, str) else json.dumps(row)


def _shown(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)[:60]


def _suggest(word: str, known: Iterable[str]) -> str:
    from emulator.scenario.document import suggest

    return suggest(word, known)
