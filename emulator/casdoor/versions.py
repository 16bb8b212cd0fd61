"""Which Casdoor is played: the recorded versions, and the profiles that play them."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import cache, cached_property
from importlib.resources.abc import Traversable
from typing import Any

from emulator.casdoor.switches import Switches, read_switches
from emulator.casdoor.version_tables import TABLES, Tables, read_object, unknown_name
from emulator.core.json_object import Json, JsonObject
from emulator.core.tables import table_folder
from emulator.world.state import State
from emulator.world.transaction import Transaction

MINI_PROGRAM = "WeChatMiniProgram"
_PLACE = re.compile(r"\{(\w+)\}")
_VERSION = re.compile(r"v?[0-9]+(?:\.[0-9]+){0,2}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Version(Switches):
    """A Casdoor: its switches, and its tables, each read when it is first asked for.

    `leniencies` are the ids of the notes about what a profile allows beyond the real server.
    """

    name: str
    tables: Tables
    leniencies: frozenset[str] = frozenset()

    def shape(self, kind: str) -> JsonObject:
        """Return the zero object of a kind, such as `user`, in Casdoor's order.

        Source: the recordings; field lists in facts/casdoor.md 5.1 and 5.9. Callers must not change it.
        """
        return self.tables.object(kind) if kind in TABLES else self._objects[kind]

    @cached_property
    def _objects(self) -> dict[str, JsonObject]:
        table = self.tables.object("objects")
        return {kind: table.row(kind) for kind in table}

    def show(self, kind: str, row: JsonObject) -> dict[str, Json]:
        """Return a stored row as this version has it: with its fields only, and every one of them."""
        shown = {name: row.get(name, zero) for name, zero in self.shape(kind).items()}
        for name, default in self._own_defaults(kind).items():
            if shown[name] == default:
                shown[name] = self.shape(kind)[name]
        return shown

    @cache  # noqa: B019
    def _own_defaults(self, kind: str) -> Mapping[str, Json]:
        """Return the newest version's defaults of the fields that this version gives another default."""
        defaults = newest().shape(kind)
        return {name: defaults[name] for name, own in self.shape(kind).items() if defaults.get(name, own) != own}

    def masks(self, kind: str) -> JsonObject:
        """Return what is hidden, as field and what stands there instead (facts/casdoor.md 5.1 and 5.9).

        `application` and `organization` are hidden from strangers, `own_organization` from everybody who may read it,
        `own_organization_local` from all of these but the global ones.
        """
        return self.tables.object("masks").row(kind)

    def text(self, key: str, language: str, **values: str) -> str:
        """Return a message in a language with its places filled in.

        The languages are `de`, `en`, `es`, `fr`, `ja`, `pl`, `pt`, `tr`, `uk`, `vi` and `zh`; others, and other case,
        give English. Older versions have more, and say of others that they are not supported. The values stand as they
        are, braces included. Source: facts/casdoor.md 8, i18n/locales and i18n/util.go of each version. Raises KeyError
        for an unknown message.
        """
        entry = self.tables.object("texts").row(key)
        if "en" not in entry:
            raise KeyError(key)
        if not self._speaks(language):
            return _unsupported(language, values.values())
        return _PLACE.sub(lambda found: values[found[1]], entry.text(language) or entry.text("en"))

    def _speaks(self, language: str) -> bool:
        languages = self.tables.get("languages")
        return not languages or language in ("", "*", "nu") or (isinstance(languages, list) and language in languages)

    def oauth_error(self, key: str, **values: str) -> str:
        """Return the description of an OAuth error, which is never translated, with its places filled in."""
        return _PLACE.sub(lambda found: values[found[1]], self.tables.object("oauth_errors").text(key))

    @cached_property
    def server(self) -> str:
        """The value of the header `Server`."""
        return self.tables.object("headers").text("Server")

    @cached_property
    def web_config(self) -> str:
        """The settings of the web page, which come as a second cookie with pages and get-account."""
        return json.dumps(self.tables.get("web_config"), ensure_ascii=False, separators=(",", ":"))


def _unsupported(language: str, values: Iterable[str]) -> str:
    """Return what an older Casdoor says in a language without a file; Go appends the values that have no place."""
    problem = f"open locales/{language}/data.json: file does not exist"
    extra = ", ".join(f"string={value}" for value in values)
    text = f'Translate error: the language "{language}" is not supported, err = {problem}'
    return f"{text}%!(EXTRA {extra})" if extra else text


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A row of the table of design.md 3: a version under a name, with named leniencies if `leniencies` has some."""

    name: str
    version: Version
    en: str
    zh: str
    leniencies: tuple[str, ...] = ()

    @cached_property
    def played(self) -> Version:
        """The version as it is played: with the switches that the leniencies turn."""
        turned: dict[str, Any] = {}
        for leniency in self.leniencies:
            turned |= _leniency(leniency)
        return replace(self.version, leniencies=frozenset(self.leniencies), **turned)


class _Profiles(Mapping[str, Profile]):
    """The profiles by name, the default first; each is read when it is asked for.

    Names that go without saying are known and not listed: that of a recorded version, and a lenient profile on
    another version than its own, such as `docs@v2.100.0`.
    """

    def __init__(self) -> None:
        self._added: dict[str, Profile] = {}

    def __getitem__(self, name: str) -> Profile:
        return self._added[name] if name in self._added else _shipped(name)

    def __iter__(self) -> Iterator[str]:
        return iter([*_written().row("profiles"), *self._added])

    def __len__(self) -> int:
        return len(_written().row("profiles")) + len(self._added)

    @property
    def allowed(self) -> str:
        """The names as a message lists them."""
        return f"{', '.join(self)}, docs@VERSION"

    @contextmanager
    def adding(self, profile: Profile) -> Iterator[Profile]:
        """Know one more profile for the length of a with-statement; raises ValueError for a name that is taken."""
        if profile.name in self:
            raise ValueError(f"there is a profile {profile.name!r} already")
        self._added[profile.name] = profile
        try:
            yield profile
        finally:
            del self._added[profile.name]


#: Every profile by its name, in the order in which people see them.
PROFILES = _Profiles()


def version_of(tx: Transaction | State) -> Version:
    """Return the Casdoor that a world plays, as a call finds it or as its state begins with it."""
    return PROFILES[tx.profile].played


@cache
def newest() -> Version:
    """Return the version whose fields the rows of every world have, whichever version shows them."""
    return _recorded(_written().text("newest"))


def load(folder: Traversable) -> Version:
    """Return the version of a folder that is not among the recorded ones, all of it read and checked.

    The folder's name is the version's; it may be based on a recorded one. Raises ValueError that says which file
    has a mistake, and what is allowed.
    """
    version = _version(folder)
    version.tables.check()
    return version


@cache
def _written() -> JsonObject:
    return read_object(table_folder("casdoor", "profiles.json"), ("newest", "leniencies", "profiles"))


@cache
def _shipped(name: str) -> Profile:
    """Return the profile of a name, listed or not; raises KeyError."""
    rows = _written().row("profiles")
    if name in rows:
        return _profile(name, rows.row(name), rows.row(name).text("version"))
    base, _, version = name.rpartition("@")
    played = [one for one in rows if rows.row(one).text("version") == version and not rows.row(one).texts("leniencies")]
    if not played or (base and not rows.row(base).texts("leniencies")):
        raise KeyError(name)
    return _profile(name, rows.row(base or played[0]), version)


def _profile(name: str, row: JsonObject, version: str) -> Profile:
    return Profile(
        name=name,
        version=_recorded(version),
        leniencies=tuple(row.texts("leniencies")),
        en=row.text("en").replace(row.text("version"), version),
        zh=row.text("zh").replace(row.text("version"), version),
    )


def _leniency(name: str) -> dict[str, Any]:
    """Return the switches that a leniency turns; raises ValueError."""
    known, where = _written().row("leniencies"), f"{table_folder('casdoor', 'profiles.json')}"
    if name not in known:
        raise unknown_name(where, "unknown leniency", name, known)
    return read_switches(known[name], f"{where}: {name}")


@cache
def _recorded(name: str) -> Version:
    return _version(table_folder("casdoor", name))


def _version(folder: Traversable) -> Version:
    """Return the version of a folder, its tables not yet read; raises ValueError."""
    file = folder.joinpath("version.json")
    about = read_object(file, ("based_on", "switches"))
    base = _base(about.text("based_on"), f"{file}") if "based_on" in about else None
    if not _VERSION.fullmatch(folder.name):
        raise ValueError(f"{file}: {folder.name!r} is not a version; write one such as v3.158.0")
    own = read_switches(about.get("switches", {}), f"{file}: switches")
    if base is not None:
        return replace(base, name=folder.name, tables=Tables(folder, base.tables), **own)
    missing = [one.name for one in fields(Switches) if one.name not in own]
    if missing:
        raise ValueError(f"{file}: switches: {missing[0]!r} is missing; a version that is not based on another has all")
    return Version(name=folder.name, tables=Tables(folder), **own)


def _base(name: str, where: str) -> Version:
    known = [one.name for one in table_folder("casdoor").iterdir() if one.is_dir()]
    if name not in known:
        raise unknown_name(where, "based_on: there is no recorded version", name, known)
    return _recorded(name)
