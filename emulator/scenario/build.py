"""From a merged file to a scenario, with its cross-references checked."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from ipaddress import ip_address
from typing import Any

from emulator.core.json_object import Json, JsonObject
from emulator.faults.effects import Fault
from emulator.scenario.apps import build_apps
from emulator.scenario.document import Document, Trail, suggest
from emulator.scenario.effects import Report, build_duration, build_effect, build_fault, check_code_effect
from emulator.scenario.identity import openid_of, unionid_of
from emulator.scenario.model import CodeRule, MiniProgram, Persona, Scenario, SecretReset
from emulator.scenario.object_kinds import OBJECT_KINDS
from emulator.scenario.profile_names import default_profile

_MINI_TYPES = ("WeChatMiniProgram", "WeChat")
#: The operations that check a mini program's secret.
_SECRET_READERS = ("wechat.code2session", "wechat.stable_token", "wechat.token", "wechat.web_login")


class Builder:
    """Builds a scenario from `merged`; places of problems come from the file itself."""

    def __init__(self, merged: Mapping[str, Any], document: Document, *, imported: Iterable[Trail]) -> None:
        self.merged = merged
        self.document = document
        self.report: Report = document.report
        #: Rows of init_data, which may point at what is not there, as a real export may.
        self.imported = frozenset(imported)
        self.seed: str = merged.get("seed", "mockdoor")

    def build(self) -> Scenario:
        """Return the scenario; problems are noted in the document."""
        merged, document = self.merged, self.document
        self.personas = {name: _persona(name, value) for name, value in merged.get("personas", {}).items()}
        self.organizations = self._rows("organizations")
        self.providers = self._rows("providers")
        self.applications = self._rows("applications")
        self.miniprograms = self._miniprograms()
        for row in self.applications:
            self._check_application(row)
        return Scenario(
            name=merged.get("name") or document.path.name.removesuffix(".yaml").removesuffix(".scenario"),
            description=merged.get("description", "").strip(),
            tags=tuple(merged.get("tags", [])),
            profile=merged.get("profile") or default_profile(),
            seed=self.seed,
            clock=self._clock(),
            runs=merged.get("clock") == "now",
            organizations=tuple(self.organizations),
            applications=tuple(self.applications),
            providers=tuple(self.providers),
            users=tuple(self._user(key, value) for key, value in merged.get("users", {}).items()),
            certs=tuple(self._rows("certs")),
            objects={kind: self._objects(kind) for kind in OBJECT_KINDS if merged.get(kind)},
            miniprograms=self.miniprograms,
            personas=self.personas,
            codes=self._codes(),
            strict_codes=merged.get("codes", {}).get("strict", False),
            forbidden_words=merged.get("forbidden_words", {}),
            hosts=tuple(merged.get("hosts", [])),
            faults=self._faults(),
            apps=build_apps(merged, document),
            variables=merged.get("vars", {}),
            flows=merged.get("flows", {}),
            steps=tuple(merged.get("steps", [])),
            cleanup=tuple(merged.get("finally", [])),
            audit=merged.get("audit", {}),
            path=document.path,
            document=_closed(document, merged),
        )

    def _faults(self) -> tuple[Fault, ...]:
        """Return the faults, inherited ones first, each checked where it is written."""
        found: list[Fault] = []
        for document in reversed([*self.document.chain()]):
            for index, value in enumerate(document.value.get("faults", [])):
                trail: Trail = ("faults", index)
                fault = build_fault(value, trail, document.report, number=len(found) + 1)
                if fault.id in {one.id for one in found}:
                    document.report((*trail, "id"), f"two faults have the id {fault.id!r}")
                self._check_persona(fault.when.get("persona"), (*trail, "when", "persona"), document.report)
                found.append(fault)
        return tuple(found)

    def _rows(self, kind: str) -> list[JsonObject]:
        defaults = {"owner": "admin"}
        return [JsonObject(defaults | {"name": name} | value) for name, value in self.merged.get(kind, {}).items()]

    def _objects(self, kind: str) -> tuple[JsonObject, ...]:
        """Return the rows of a list that is written by organization/name; another key is a problem."""
        rows = []
        for key, value in self.merged[kind].items():
            owner, slash, name = key.partition("/")
            if not slash or not owner or not name or "/" in name:
                self.report((kind, key), f"the key of {kind} is organization/name, got {key!r}", at_key=True)
            rows.append(JsonObject({"owner": owner, "name": name} | value))
        return tuple(rows)

    def _miniprograms(self) -> dict[str, MiniProgram]:
        programs = {
            row.text("clientId"): MiniProgram(appid=row.text("clientId"), secret=row.text("clientSecret"))
            for row in self.providers
            if row.text("type") in _MINI_TYPES and row.text("clientId")
        }
        for appid, value in self.merged.get("miniprograms", {}).items():
            given = {"secret": programs[appid].secret if appid in programs else ""} | value
            if not given["secret"]:
                if self.document.holder(("miniprograms", appid)).built_in:
                    # The built-in provider got another appid, so this mini program is nobody's.
                    continue
                self.report(("miniprograms", appid), "missing key 'secret': no provider has this appid", at_key=True)
            trail: Trail = ("miniprograms", appid)
            if "token_life" in given:
                given["token_life"] = build_duration(given["token_life"], (*trail, "token_life"), self.report)
            if "ip_allow_list" in given:
                given["ip_allow_list"] = self._addresses(given["ip_allow_list"], (*trail, "ip_allow_list"))
            if "secret_reset" in given:
                given["secret_reset"] = self._secret_reset(given["secret_reset"], (*trail, "secret_reset"))
            programs[appid] = _program(appid, given)
        return programs

    def _secret_reset(self, value: Mapping[str, Any], trail: Trail) -> SecretReset:
        """Return a reset; an operation that looks at no secret is a problem."""
        pattern = value.get("at", "*")
        if not any(fnmatchcase(name, pattern) for name in _SECRET_READERS):
            known = suggest(pattern, _SECRET_READERS)
            self.report((*trail, "at"), f"{pattern!r} names no operation that looks at a secret{known}")
        takes = build_duration(value["takes"], (*trail, "takes"), self.report)
        return SecretReset(new=value["new"], takes=takes, at=pattern)

    def _addresses(self, texts: list[str], trail: Trail) -> tuple[str, ...]:
        """Return addresses as they are compared; what is not one is a problem."""
        found = []
        for index, text in enumerate(texts):
            try:
                found.append(str(ip_address(text)))
            except ValueError:
                self.report((*trail, index), f"{text!r} is not an IP address; write one such as 203.0.113.7")
        return tuple(found)

    def _check_application(self, row: JsonObject) -> None:
        trail: Trail = ("applications", row.name)
        items = row.get("providers")
        row["providers"] = [
            {"name": item} if isinstance(item, str) else item for item in (items if isinstance(items, list) else [])
        ]
        if trail in self.imported:
            return
        organization = row.text("organization")
        names = [one.name for one in self.organizations]
        if not organization:
            self.report(trail, f"missing key 'organization'{suggest(organization, names)}")
        elif organization not in names:
            message = f"unknown organization {organization!r}{suggest(organization, names)}"
            self.report((*trail, "organization"), message)
        known = [one.name for one in self.providers]
        for index, item in enumerate(row.rows("providers")):
            if item.name not in known:
                message = f"unknown provider {item.name!r}{suggest(item.name, known)}"
                self.report((*trail, "providers", index, "name"), message)

    def _user(self, key: str, value: Mapping[str, Any]) -> JsonObject:
        trail: Trail = ("users", key)
        owner, slash, name = key.partition("/")
        row = JsonObject(
            {"owner": owner, "name": name} | {field: one for field, one in value.items() if field != "persona"}
        )
        names = [one.name for one in self.organizations]
        if not slash or not owner or not name or "/" in name:
            self.report(trail, f"a user's key is organization/name, got {key!r}", at_key=True)
        elif trail not in self.imported and owner not in names:
            self.report(trail, f"unknown organization {owner!r}{suggest(owner, names)}", at_key=True)
        if not row.text("signupApplication"):
            row["signupApplication"] = next((one.name for one in self._applications_of(owner)), "")
        if "persona" in value:
            row["wechat"] = self._wechat(row, value["persona"], (*trail, "persona"))
        return row

    def _applications_of(self, organization: str) -> list[JsonObject]:
        return [one for one in self.applications if one.text("organization") == organization]

    def _wechat(self, row: JsonObject, bound: Any, trail: Trail) -> str:
        """Return the openid or unionid that binds a user to a persona."""
        given = {"name": bound} if isinstance(bound, str) else bound
        if not self._check_persona(given["name"], trail):
            return ""
        program = self.miniprograms.get(given.get("appid") or self._appid(row))
        if program is None:
            if "appid" in given:
                known = suggest(given["appid"], self.miniprograms)
                self.report((*trail, "appid"), f"unknown mini program {given['appid']!r}{known}")
            else:
                self.report(
                    trail, "without a mini program nobody has an openid; add a provider of type WeChatMiniProgram"
                )
            return ""
        person = self.personas[given["name"]]
        if given.get("by") != "unionid":
            return openid_of(self.seed, program, person)
        unionid = unionid_of(self.seed, program, person)
        if unionid is None:
            why = f"{person.name} has no unionid: it is null, or {program.appid} has no open_platform"
            self.report(trail, why)
        return unionid or ""

    def _appid(self, row: JsonObject) -> str:
        own = [one for one in self.applications if one.name == row.text("signupApplication")]
        for application in own + self._applications_of(row.owner):
            for item in application.rows("providers"):
                for provider in self.providers:
                    if provider.name == item.name and provider.text("type") in _MINI_TYPES:
                        return provider.text("clientId")
        return next(iter(self.miniprograms), "")

    def _codes(self) -> dict[str, CodeRule]:
        rules = {}
        for code, value in self.merged.get("codes", {}).items():
            if code == "strict":
                continue
            trail: Trail = ("codes", code)
            effect = build_effect(value, trail, self.report)
            check_code_effect(effect, trail, self.report)
            if effect is None and "persona" not in value:
                self.report(trail, "a code needs a persona or an effect", at_key=True)
            self._check_persona(value.get("persona"), (*trail, "persona"))
            rules[code] = CodeRule(code=code, persona=value.get("persona"), effect=effect)
        return rules

    def _check_persona(self, name: str | None, trail: Trail, report: Report | None = None) -> bool:
        if name is None or name in self.personas:
            return True
        (report or self.report)(trail, f"nobody declared the persona {name!r}{suggest(name, self.personas)}")
        return False

    def _clock(self) -> datetime | None:
        text = self.merged.get("clock", "now")
        if text == "now":
            return None
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            message = f"expected now, or an instant with its zone such as 2026-01-01T08:00:00Z, got {text!r}"
            self.report(("clock",), message)
            return None
        if not 1970 < at.year < 2900:
            # Far enough from the ends of time that codes can expire and tokens hold a timestamp.
            self.report(("clock",), f"expected a year from 1971 to 2899, got {at.year}")
            return None
        return at.astimezone(UTC)


def _program(appid: str, given: Mapping[str, Any]) -> MiniProgram:
    """Return a mini program, the lists that a file writes as tuples."""
    templates = {template: tuple(keys) for template, keys in given.get("templates", {}).items()}
    lists = {"pages": tuple(given.get("pages", ())), "templates": templates}
    return MiniProgram(appid=appid, **{**given, **lists})


def _persona(name: str, value: Mapping[str, Any]) -> Persona:
    unbound = "unionid" in value and value["unionid"] is None
    return Persona(name=name, has_unionid=not unbound, **value)


def _closed(document: Document, merged: Mapping[str, Any]) -> dict[str, Json]:
    """Return what a file has to say to make this world without another file and without steps."""
    own = document.value
    if document.built_in or (document.path.name == "default.yaml" and document.base is None):
        said: dict[str, Any] = {"version": 1}
    elif own.get("extends", "default") in ("default", "none") and "init_data" not in own:
        said = own
    else:
        said = {"version": 1, "extends": "none", **merged}
    left_out = ("steps", "finally", "flows", "vars", "apps", "audit", *(["init_data"] if said is not own else []))
    plain: dict[str, Json] = json.loads(json.dumps({k: v for k, v in said.items() if k not in left_out}, default=str))
    return plain
