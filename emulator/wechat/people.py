"""Who a persona is besides its WeChat ids: nickname, phone, city and picture (design.md 5)."""

from dataclasses import dataclass
from functools import lru_cache
from html import escape

from emulator.core.derive import derive
from emulator.core.json_object import Json
from emulator.scenario.model import Persona, scenario_of
from emulator.wechat.personas import Personas
from emulator.world.state import State


@dataclass(frozen=True, kw_only=True)
class PersonaProfile:
    """What people say about themselves; all invented, the same under one seed and name."""

    nickname: str
    phone: str
    city: str


def persona_profile(state: State, persona: str) -> PersonaProfile:
    """Return a persona's profile: what the scenario says, and Faker's zh_CN for the rest."""
    person = state.get(Personas).find(persona) or Persona(name=persona)
    invented = _invent(state.seed, persona)
    return PersonaProfile(
        nickname=person.nickname or invented.nickname,
        phone=person.phone or invented.phone,
        city=person.city or invented.city,
    )


def describe(state: State, persona: str) -> dict[str, Json]:
    """Return what there is to say of a persona: its code, ids by appid, profile, and whether it is signed in."""
    profile, people = persona_profile(state, persona), state.get(Personas)
    programs = scenario_of(state).miniprograms
    return {
        "name": persona,
        "code": persona,
        "signed_in": people.signed_in == persona,
        "nickname": profile.nickname,
        "phone": profile.phone,
        "city": profile.city,
        "openids": {appid: people.openid(appid, persona) for appid in programs},
        "unionids": {appid: people.unionid(appid, persona) for appid in programs},
    }


def draw_avatar(state: State, persona: str) -> str:
    """Return a persona's picture as SVG: the first character of its nickname on a colour of its own."""
    hue = int.from_bytes(derive(state.seed, "avatar", persona)[:2]) % 360
    initial = escape(persona_profile(state, persona).nickname[:1])
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 132 132" width="132" height="132">'
        f'<rect width="132" height="132" fill="hsl({hue} 45% 45%)"/>'
        '<text x="66" y="88" font-family="sans-serif" font-size="64" text-anchor="middle" fill="#fff">'
        f"{initial}</text></svg>"
    )


@lru_cache(maxsize=1024)
def _invent(seed: str, persona: str) -> PersonaProfile:
    from faker import Faker

    faker = Faker("zh_CN")
    faker.seed_instance(int.from_bytes(derive(seed, "profile", persona)[:8]))
    return PersonaProfile(nickname=faker.name(), phone=faker.phone_number(), city=faker.city_name())
