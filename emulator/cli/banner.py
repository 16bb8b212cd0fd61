"""What `mockdoor serve` shows at its start: where to point clients, who is there, what to try."""

import os
from collections.abc import Mapping
from types import MappingProxyType

from emulator import __version__
from emulator.casdoor.repositories import Applications, Providers
from emulator.casdoor.versions import PROFILES
from emulator.scenario.model import scenario_of
from emulator.wechat.personas import Personas
from emulator.world.world import World

_EN = {
    "plays": "plays",
    "casdoor": "CASDOOR_HOSTNAME",
    "wechat": "WeChat API base",
    "instead": "(in place of https://api.weixin.qq.com)",
    "control": "Control API",
    "console": "Console",
    "token": "Control token",
    "tls": "https",
    "proxy": "HTTPS_PROXY",
    "ca": "Certificate",
    "personas": "Personas; each name is also a login code, and any real code belongs to {0}:",
    "strict": "Personas; login codes come only from {0}/_emulator/login-codes (codes: strict):",
    "codes": "Special codes of this scenario: ",
    "try": "Try:",
    "stop": "Press Ctrl-C to stop.",
}
_ZH = {
    "plays": "模拟",
    "casdoor": "CASDOOR_HOSTNAME",
    "wechat": "微信接口地址",
    "instead": "（代替 https://api.weixin.qq.com）",
    "control": "控制接口",
    "console": "控制台",
    "token": "控制令牌",
    "tls": "https",
    "proxy": "HTTPS_PROXY",
    "ca": "证书",
    "personas": "人物：登录 code 就是名字；任何真实的 code 都算 {0} 的：",
    "strict": "人物：登录 code 只能由 {0}/_emulator/login-codes 签发（codes: strict）：",
    "codes": "本场景的 code：",
    "try": "试一试：",
    "stop": "按 Ctrl-C 停止。",
}

_NO_ENTRANCES: Mapping[str, str] = MappingProxyType({})


def language(environ: Mapping[str, str] = os.environ) -> str:
    """Return `zh` when the locale says so, else `en`."""
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return "zh" if locale.lower().startswith("zh") else "en"


def banner(
    world: World, url: str, *, token: str = "", language: str = "en", entrances: Mapping[str, str] = _NO_ENTRANCES
) -> str:
    """Return the lines that a person sees first, without a newline at the end.

    `entrances` are the addresses `tls` and `proxy`, and the path `ca` of the certificate, as far as they are there.
    """
    texts = _ZH if language == "zh" else _EN
    profile, scenario = PROFILES[world.profile], scenario_of(world.state)
    about = profile.zh if language == "zh" else profile.en
    lines = [
        f"mockdoor {__version__} · {scenario.name} · {texts['plays']} {profile.name}: {about}",
        *([scenario.description.strip()] if scenario.description else []),
        "",
        f"  {_padded(texts['casdoor'])} {url}",
        f"  {_padded(texts['wechat'])} {url}  {texts['instead']}",
        f"  {_padded(texts['console'])} {url}/_emulator/" + (f"#token={token}" if token else ""),
        f"  {_padded(texts['control'])} {url}/_emulator/openapi.json",
        *(f"  {_padded(texts[name])} {address}" for name, address in entrances.items()),
        *([f"  {_padded(texts['token'])} {token}"] if token else []),
        "",
        *_personas(world, url, texts),
        texts["try"],
        *(f"  {one}" for one in suggestions(world, url)),
        "",
        texts["stop"],
    ]
    return "\n".join(lines)


def suggestions(world: World, url: str) -> list[str]:
    """Return commands to try: a login through Casdoor, and code2session."""
    code = next(iter(world.state.get(Personas).names()), "CODE")
    found = []
    client_id = _client_id(world)
    if client_id:
        fields = f"-d tag=wechat_miniprogram -d client_id={client_id} -d code={code}"
        found.append(f"curl -s {url}/api/login/oauth/access_token {fields}")
    for program in list(scenario_of(world.state).miniprograms.values())[:1]:
        query = f"appid={program.appid}&secret={program.secret}&js_code={code}&grant_type=authorization_code"
        found.append(f"curl -s '{url}/sns/jscode2session?{query}'")
    return found


def _personas(world: World, url: str, texts: Mapping[str, str]) -> list[str]:
    scenario, people = scenario_of(world.state), world.state.get(Personas)
    head = texts["strict"].format(url) if scenario.strict_codes else texts["personas"].format(people.signed_in)
    appid = next(iter(scenario.miniprograms), "")
    lines = [head, *(f"  {name:<10} openid {people.openid(appid, name)}" for name in people.names()), ""]
    if scenario.codes:
        lines += [f"{texts['codes']}{', '.join(scenario.codes)}", ""]
    return lines


def _padded(label: str) -> str:
    """Return a label as wide as the longest one; a Chinese character takes two columns."""
    return label + " " * (17 - sum(2 if char > "\u2e80" else 1 for char in label))


def _client_id(world: World) -> str | None:
    """Return the client_id of the first application that has a mini program's provider."""
    wanted = PROFILES[world.profile].played.provider_types
    able = {row.name for row in world.state.get(Providers).all() if row.type in wanted}
    for application in world.state.get(Applications).all():
        if {item.name for item in application.providers} & able:
            return application.client_id
    return None
