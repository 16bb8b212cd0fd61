"""Which Casdoor is played: the recorded versions, and the profiles that play them."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import cache, cached_property
from importlib.resources.abc import Traversable
from typing import Any, get_type_hints

from emulator.casdoor.version_tables import TABLES, Tables, as_object, read_object, unknown_name
from emulator.core.json_object import Json, JsonObject
from emulator.core.tables import table_folder
from emulator.world.transaction import Transaction

MINI_PROGRAM = "WeChatMiniProgram"
_PLACE = re.compile(r"\{(\w+)\}")
_VERSION = re.compile(r"v?[0-9]+(?:\.[0-9]+){0,2}")


@dataclass(frozen=True, kw_only=True)
class Switches:
    """What the rules ask a version; `version.json` says it. Source: facts/casdoor.md 0, 9 and 10.

    Sign-in: `raw_login_body` answers the token row; `provider_types` count as a mini program's;
    `login_updates_profile` writes username and avatar onto a known user; `wrong_tag_panics`;
    `refresh_beats_tag`; `checks_dpop`; `gives_default_avatar`.
    Updates: `columns_merge` lays the body over the stored user; `camel_columns`; `sparse_update`
    merges also without columns; `owner_defaults` fills a missing owner in; `admin_writes_always`;
    `normalises_phone`.
    Tokens: `refresh_checks_client`; `cuts_off` ends the tokens of forbidden, deleted, removed users.
    Tokens of client_credentials: `app_tokens_are_apps`; before v3.60.1 they are a user's who does not exist.
    get-user: `phone_query_has_region` compares the country of a number with `+` too.
    Web sign-in: `records_signin` writes the time into the user; `signin_flags_password` says in `data3` whether the
    password has to be changed; `sessions_end_cookies` ends the cookies of a session that is deleted.
    get-email-and-phone: `trims_asked_contact`, and takes capitals for small letters.
    Rest: `refuses_content_type`; `peers_see_private`; `userinfo_follows_token_fields`; `logout_redirects_alone`;
    `issuer_per_application`; `slash_in_deleted_name_panics`;
    `lists_check_sign_in` before they look at the caller's row; `panic_status` is the HTTP status of a crash.
    """

    raw_login_body: bool
    provider_types: tuple[str, ...]
    login_updates_profile: bool
    wrong_tag_panics: bool
    refresh_beats_tag: bool
    checks_dpop: bool
    gives_default_avatar: bool
    columns_merge: bool
    camel_columns: bool
    sparse_update: bool
    owner_defaults: bool
    admin_writes_always: bool
    normalises_phone: bool
    refresh_checks_client: bool
    cuts_off: bool
    app_tokens_are_apps: bool
    phone_query_has_region: bool
    records_signin: bool
    signin_flags_password: bool
    sessions_end_cookies: bool
    trims_asked_contact: bool
    refuses_content_type: bool
    peers_see_private: bool
    userinfo_follows_token_fields: bool
    logout_redirects_alone: bool
    issuer_per_application: bool
    slash_in_deleted_name_panics: bool
    lists_check_sign_in: bool
    panic_status: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Version(Switches):
    """A Casdoor: its switches, and its tables, each read when it is first asked for.

    `since` is the first release that answers logins as this one does; `leniencies` are the ids of the notes about
    what a profile allows beyond the real server.
    """

    name: str
    since: str
    tables: Tables
    leniencies: frozenset[str] = frozenset()

    def shape(self, kind: str) -> JsonObject:
        """Return the zero object of a kind, such as `user`, in Casdoor's order.

        Source: the recordings; field lists in facts/casdoor.md 5.1 and 5.9. Callers must not change it.
        """
        return self.tables.object(kind) if kind in TABLES else self._objects[kind]

    @cached_property
    def _objects(self) -> dict[str, JsonObject]:
        """The kinds whose zero objects share a table, for no rule but the general ones knows them."""
        table = self.tables.object("objects")
        return {kind: table.row(kind) for kind in table}

    def show(self, kind: str, row: JsonObject) -> dict[str, Json]:
        """Return a stored row as this version has it: with its fields only, and every one of them."""
        return {name: row.get(name, zero) for name, zero in self.shape(kind).items()}

    def masks(self, kind: str) -> JsonObject:
        """Return what is hidden, as field and what stands there instead (facts/casdoor.md 5.1 and 5.9).

        `application` and `organization` are hidden from strangers, `own_organization` from everybody who may read it,
        `own_organization_local` from all of these but the global ones.
        """
        return self.tables.object("masks").row(kind)

    def text(self, key: str, language: str, **values: str) -> str:
        """Return a message in a language with its places filled in.

        The languages are `de`, `en`, `es`, `fr`, `ja`, `pl`, `pt`, `tr`, `uk`, `vi` and `zh`; others, and other case,
        give English. The values stand as they are, braces included. Source: facts/casdoor.md 8, i18n/locales in
        v3.158.0. Raises KeyError for an unknown message.
        """
        entry = self.tables.object("texts").row(key)
        if "en" not in entry:
            raise KeyError(key)
        return _PLACE.sub(lambda found: values[found[1]], entry.text(language) or entry.text("en"))

    @cached_property
    def server(self) -> str:
        """The value of the header `Server`."""
        return self.tables.object("headers").text("Server")

    @cached_property
    def web_config(self) -> str:
        """The settings of the web page, which come as a second cookie with pages and get-account."""
        return json.dumps(self.tables.get("web_config"), ensure_ascii=False, separators=(",", ":"))


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
    """The profiles by name, the default first; read when the first of them is asked for."""

    def __init__(self) -> None:
        self._added: dict[str, Profile] = {}

    @cached_property
    def _shipped(self) -> dict[str, Profile]:
        rows = _written().row("profiles")
        return {name: _profile(name, rows.row(name)) for name in rows}

    def __getitem__(self, name: str) -> Profile:
        return self._shipped[name] if name in self._shipped else self._added[name]

    def __iter__(self) -> Iterator[str]:
        return iter([*self._shipped, *self._added])

    def __len__(self) -> int:
        return len(self._shipped) + len(self._added)

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


def version_of(tx: Transaction) -> Version:
    """Return the Casdoor that a world plays."""
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


def nearest(version: str) -> tuple[Profile, str]:
    """Return the profile nearest to a Casdoor version such as `3.20.0`, and one sentence on what may differ.

    Raises ValueError for a text that is not a version. Source: design.md 3.
    """
    if not _VERSION.fullmatch(version):
        raise ValueError(f"{version!r} is not a Casdoor version; write three numbers such as 3.158.0")
    strict = sorted(
        (one for one in PROFILES.values() if not one.leniencies), key=lambda one: _numbers(one.version.since)
    )
    profile = next((one for one in reversed(strict) if _numbers(one.version.since) <= _numbers(version)), strict[0])
    shown, played = "v" + version.removeprefix("v"), profile.version.name
    if shown == played:
        return profile, f"Casdoor {shown} is the recorded version of profile {profile.name}"
    differs = f"profile {profile.name} plays {played}, so details may differ"
    return profile, f"Casdoor {shown} was not recorded; {differs}"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.removeprefix("v").split("."))


@cache
def _written() -> JsonObject:
    return read_object(table_folder("casdoor", "profiles.json"), ("newest", "leniencies", "profiles"))


def _profile(name: str, row: JsonObject) -> Profile:
    return Profile(
        name=name,
        version=_recorded(row.text("version")),
        leniencies=tuple(row.texts("leniencies")),
        en=row.text("en"),
        zh=row.text("zh"),
    )


def _leniency(name: str) -> dict[str, Any]:
    """Return the switches that a leniency turns; raises ValueError."""
    known, where = _written().row("leniencies"), f"{table_folder('casdoor', 'profiles.json')}"
    if name not in known:
        raise unknown_name(where, "unknown leniency", name, known)
    return _switches(known[name], f"{where}: {name}")


@cache
def _recorded(name: str) -> Version:
    return _version(table_folder("casdoor", name))


def _version(folder: Traversable) -> Version:
    """Return the version of a folder, its tables not yet read; raises ValueError."""
    file = folder.joinpath("version.json")
    about = read_object(file, ("based_on", "since", "switches"))
    base = _base(about.text("based_on"), f"{file}") if "based_on" in about else None
    since = about.text("since") or folder.name
    for number in (folder.name, since):
        if not _VERSION.fullmatch(number):
            raise ValueError(f"{file}: {number!r} is not a version; write one such as v3.158.0")
    own = _switches(about.get("switches", {}), f"{file}: switches")
    if base is not None:
        return replace(base, name=folder.name, since=since, tables=Tables(folder, base.tables), **own)
    missing = [one.name for one in fields(Switches) if one.name not in own]
    if missing:
        raise ValueError(f"{file}: switches: {missing[0]!r} is missing; a version that is not based on another has all")
    return Version(name=folder.name, since=since, tables=Tables(folder), **own)


def _base(name: str, where: str) -> Version:
    known = [one.name for one in table_folder("casdoor").iterdir() if one.is_dir()]
    if name not in known:
        raise unknown_name(where, "based_on: there is no recorded version", name, known)
    return _recorded(name)


def _switches(given: Json, where: str) -> dict[str, Any]:
    """Return switches with their types checked; raises ValueError for one that there is not or of another type."""
    types, switches = _switch_types(), as_object(given, where)
    for name, value in switches.items():
        if name not in types:
            raise unknown_name(where, "unknown switch", name, types)
        if not _fits(types[name], value):
            raise ValueError(f"{where}: {name} is {json.dumps(value)}; it must be {_TYPE_NAMES[types[name]]}")
    return {name: tuple(value) if isinstance(value, list) else value for name, value in switches.items()}


@cache
def _switch_types() -> dict[str, Any]:
    return get_type_hints(Switches)


def _fits(wanted: Any, value: Json) -> bool:
    if isinstance(value, list):
        return wanted == tuple[str, ...] and all(isinstance(one, str) for one in value)
    return type(value) is wanted


_TYPE_NAMES: Mapping[Any, str] = {bool: "true or false", int: "a whole number", tuple[str, ...]: "a list of texts"}
