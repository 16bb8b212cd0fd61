"""The plain values that a scenario is made of."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from emulator.core.json_object import Json, JsonObject
from emulator.faults.effects import Effect, FixedReply
from emulator.faults.plan import FaultySetting
from emulator.scenario.apps import App
from emulator.scenario.profile_names import default_profile
from emulator.world.state import State

_RID = re.compile(r"\brid: ([0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8})\b")


@dataclass(frozen=True, kw_only=True)
class Persona:
    """A person who owns a WeChat account.

    `openids` fixes the openid under an appid, `openid` under every other one; without either it is
    derived. `unionid` fixes the unionid; `has_unionid` False means that WeChat gives none.
    """

    name: str
    openid: str | None = None
    openids: Mapping[str, str] = field(default_factory=dict)
    unionid: str | None = None
    has_unionid: bool = True
    nickname: str | None = None
    phone: str | None = None
    city: str | None = None


@dataclass(frozen=True, kw_only=True)
class SecretReset:
    """A secret that replaces a mini program's present one as the world begins.

    The operations that `at` names learn of it after `takes`, the others at once.
    Source: facts/wechat.md 6, pain 17; how long it takes is assumed.
    """

    new: str
    takes: timedelta
    at: str = "*"


@dataclass(frozen=True, kw_only=True)
class MiniProgram:
    """A mini program registered at WeChat.

    `openid_prefix` fixes the 5 characters after `o` that all its users share. `rotate` says when an
    exchange replaces a user's session_key: `interval` (unless the last is younger than a minute,
    assumed), `always` or `never`. `code_first` checks the code before the secret;
    `grant_type_required` refuses a call without grant_type. Source: facts/wechat.md 1.2 and 1.5.
    `token_life` is the life of an access_token, `token_quota` how many plain ones it may fetch a day (None: any
    number), `ip_allow_list` the addresses that may fetch them (empty: every one). Source: facts/wechat.md 2.1 and 2.2.
    `secret_reset` replaces the secret.
    `pages` are its pages, none when every page is known; `templates` the keys of each subscribe message by the
    template's id, each beginning with its type; `forbidden_words` a label of WeChat's content check by word.
    """

    appid: str
    secret: str
    open_platform: str | None = None
    openid_prefix: str | None = None
    pages: tuple[str, ...] = ()
    templates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    forbidden_words: Mapping[str, int] = field(default_factory=dict)
    rotate: str = "interval"
    code_first: bool = False
    grant_type_required: bool = False
    token_life: timedelta = timedelta(hours=2)
    token_quota: int | None = None
    ip_allow_list: tuple[str, ...] = ()
    secret_reset: SecretReset | None = None


@dataclass(frozen=True, kw_only=True)
class CodeRule:
    """What a login code of the scenario's `codes:` table means: a persona, or an effect."""

    code: str
    persona: str | None = None
    effect: Effect | None = None


@dataclass(frozen=True, kw_only=True)
class Scenario(FaultySetting):
    """Everything that one scenario file says, checked and complete enough to make a world of.

    The rows hold the fields that were written, `objects` those of roles, groups and the like by list; defaults are
    filled in when the world is made.
    `hosts` are the names under which Casdoor is called through TLS or the proxy, `apps` the apps under test.
    `clock` None means that time runs; `runs` that the file says so itself. The first persona is the one signed in.
    `steps`, `flows`, `variables`, `cleanup` and `audit` are kept as written for the runner and the audit,
    `document` is what a file without them says to make the same world, naming no other file.
    """

    profile: str = field(default_factory=default_profile)
    description: str = ""
    tags: tuple[str, ...] = ()
    runs: bool = False
    organizations: tuple[JsonObject, ...] = ()
    applications: tuple[JsonObject, ...] = ()
    providers: tuple[JsonObject, ...] = ()
    users: tuple[JsonObject, ...] = ()
    certs: tuple[JsonObject, ...] = ()
    objects: Mapping[str, tuple[JsonObject, ...]] = field(default_factory=dict)
    miniprograms: Mapping[str, MiniProgram] = field(default_factory=dict)
    personas: Mapping[str, Persona] = field(default_factory=dict)
    codes: Mapping[str, CodeRule] = field(default_factory=dict)
    strict_codes: bool = False
    forbidden_words: Mapping[str, int] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    apps: Mapping[str, App] = field(default_factory=dict)
    variables: Mapping[str, Json] = field(default_factory=dict)
    flows: Mapping[str, Json] = field(default_factory=dict)
    steps: tuple[Json, ...] = ()
    cleanup: tuple[Json, ...] = ()
    audit: Mapping[str, Json] = field(default_factory=dict)
    path: Path | None = None
    document: Mapping[str, Json] = field(default_factory=dict, compare=False)

    @cached_property
    def recorded_rid(self) -> str:
        """The one rid that the written replies of `codes` share, else empty.

        Such replies were recorded; the emulator's own errors then carry the same rid, so that a
        replay of the recording compares equal. Source: golden.scenario.yaml and its recordings.
        """
        written = [rule.effect for rule in self.codes.values() if isinstance(rule.effect, FixedReply)]
        rids = {found for effect in written for found in _RID.findall(f"{effect.json} {effect.text}")}
        return rids.pop() if len(rids) == 1 else ""


def scenario_of(state: State) -> Scenario:
    """Return the scenario that a state was made from; raises TypeError for a setting of another kind."""
    setting = state.setting
    if not isinstance(setting, Scenario):
        raise TypeError(f"{setting.name} is not a scenario")
    return setting
