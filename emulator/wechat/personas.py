"""The people of a world: who they are, who is signed in, and their openids and unionids."""

from collections.abc import Mapping

from emulator.core.json_object import Json
from emulator.scenario.identity import openid_of, unionid_of
from emulator.scenario.model import MiniProgram, Persona, scenario_of
from emulator.world.repository import Codec, Table
from emulator.world.state import State


class TooMany(ValueError):
    """A bound that refuses; the text says which."""


class Personas(Table[str, Persona]):
    """The people of a world by name; `signed_in` names the one behind unknown codes."""

    name = "personas"
    row_kind = Persona

    def __init__(self, state: State) -> None:
        super().__init__(state)
        scenario = scenario_of(state)
        self._programs: Mapping[str, MiniProgram] = scenario.miniprograms
        self._openids: dict[tuple[str, str], str] = {}
        self._unionids: dict[tuple[str, str], str | None] = {}
        self._by_id: dict[str, str] | None = None
        self.signed_in = next(iter(scenario.personas), "")
        for person in scenario.personas.values():
            self._put(person)

    def key_of(self, row: Persona) -> str:
        """Return a person's name."""
        return row.name

    def index(self, old: Persona | None, new: Persona | None) -> None:  # noqa: ARG002
        """Forget the ids, which depend on who there is."""
        self._openids, self._unionids, self._by_id = {}, {}, None

    def names(self) -> list[str]:
        """Return everybody's name, in order."""
        with self.lock:
            return list(self._rows)

    def __contains__(self, name: object) -> bool:
        """Whether there is a person of a name."""
        return name in self._rows

    def add(self, person: Persona) -> bool:
        """Add a person, or replace the one of that name; return whether it is new. Raises TooMany."""
        with self.lock:
            new = person.name not in self._rows
            if new and len(self._rows) >= self.state.limits.personas:
                raise TooMany(f"a world holds {self.state.limits.personas} personas at most")
            self._put(person)
            self.signed_in = self.signed_in or person.name
            return new

    def sign_in(self, name: str) -> None:
        """Choose who stands behind unknown codes; raises LookupError for a name that nobody has."""
        with self.lock:
            if name not in self._rows:
                raise LookupError(f"there is no persona {name!r}; there are: {', '.join(self._rows)}")
            self.signed_in = name
            self.touched()

    def openid(self, appid: str, persona: str) -> str:
        """Return a persona's openid: `o`, 5 characters of the mini program, 22 of both."""
        place = (appid, persona)
        with self.lock:  # else an openid of before a change of the persona could be kept after it
            known = self._openids.get(place)
            if known is None:
                known = openid_of(self.state.seed, self._program(appid), self._person(persona))
                self._openids[place] = known
            return known

    def unionid(self, appid: str, persona: str) -> str | None:
        """Return a persona's unionid, None when the mini program or the persona has none."""
        place = (appid, persona)
        with self.lock:
            if place not in self._unionids:
                self._unionids[place] = unionid_of(self.state.seed, self._program(appid), self._person(persona))
            return self._unionids[place]

    def named_by(self, wechat: str) -> str | None:
        """Return the persona to whom an openid or a unionid belongs."""
        if not wechat:
            return None
        with self.lock:
            if self._by_id is None:
                self._by_id = {}
                for name in reversed(self._rows):
                    for appid in self._programs:
                        self._by_id[self.openid(appid, name)] = name
                        self._by_id[self.unionid(appid, name) or ""] = name
            return self._by_id.get(wechat)

    def _program(self, appid: str) -> MiniProgram:
        return self._programs.get(appid, MiniProgram(appid=appid, secret=""))

    def _person(self, name: str) -> Persona:
        return self._rows.get(name, Persona(name=name))

    def freeze(self) -> list[Persona]:
        """Return the people, the one signed in first marked by `encode`."""
        with self.lock:
            return [Persona(name=self.signed_in), *self._rows.values()]

    def encode(self, frozen: object, codec: Codec) -> Json:
        """Return who is signed in, and everybody."""
        first, *people = frozen if isinstance(frozen, list) else []
        return {"signed_in": first.name, "people": super().encode(people, codec)}

    def restore(self, given: Json, codec: Codec) -> None:
        """Become what `encode` returned; raises ValueError."""
        if not isinstance(given, dict) or set(given) != {"signed_in", "people"}:
            raise ValueError("personas must be an object with 'signed_in' and 'people'")
        people, bound = given["people"], max(self.state.limits.personas, len(self._rows))
        if isinstance(people, list) and len(people) > bound:
            raise ValueError(f"personas: there are {len(people)}, more than the {bound} that this server keeps")
        super().restore(people, codec)
        signed_in = given["signed_in"]
        if not isinstance(signed_in, str) or (signed_in and signed_in not in self._rows):
            raise ValueError(f"personas: {signed_in!r} is signed in, yet nobody has that name")
        self.signed_in = signed_in

    def freeze_changes(self, since: int) -> object | None:
        """Return everybody when anybody changed; there are few."""
        return self.freeze() if self._changed_at > since else None

    def encode_changes(self, frozen: object, codec: Codec) -> Json:
        """Return everybody."""
        return {"all": self.encode(frozen, codec)}
