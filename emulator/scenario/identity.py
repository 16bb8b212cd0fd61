"""The openid and the unionid of a persona (design.md 5, facts/wechat.md 0.2)."""

from emulator.core.derive import derive_base64url
from emulator.scenario.model import MiniProgram, Persona


def openid_of(seed: str, program: MiniProgram, person: Persona) -> str:
    """Return a persona's openid: `o`, 5 characters of the mini program, 22 of both."""
    fixed = person.openids.get(program.appid) or person.openid
    if fixed:
        return fixed
    prefix = program.openid_prefix or derive_base64url(seed, 5, "openid", program.appid)
    return "o" + prefix + derive_base64url(seed, 22, "openid", program.appid, person.name)


def unionid_of(seed: str, program: MiniProgram, person: Persona) -> str | None:
    """Return a persona's unionid: 28 characters, one per Open Platform account; None when there is none."""
    if not program.open_platform or not person.has_unionid:
        return None
    return person.unionid or "o" + derive_base64url(seed, 27, "unionid", program.open_platform, person.name)
