"""What a scenario says of mini programs: the apps that are one, and the steps that use them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from emulator.scenario.apps import App, unknown_app
from emulator.scenario.document import Trail, suggest

#: What WeChat asks, as `allow` and `refuse` name it, beside scopes such as `scope.userLocation`.
QUESTIONS = (
    "permissions",
    "privacy",
    "messages",
    "profile",
    "phone_number",
    "avatar",
    "files",
    "modal",
    "action_sheet",
)
#: The ways in which a step finds its element.
_FINDING = {"tap": ("text", "selector"), "input": ("selector", "placeholder", "name")}


def only_mini_program(apps: Mapping[str, App]) -> str:
    """Return the name of the one mini program; empty when there is none, or several."""
    names = [name for name, app in apps.items() if app.mini_program is not None]
    return names[0] if len(names) == 1 else ""


def step_problems(kind: str, given: Mapping[str, Any], apps: Mapping[str, App]) -> Iterator[tuple[str, str]]:
    """Yield each key of a mini program's step that is wrong, empty for the step itself, with what to say of it."""
    known = [name for name, app in apps.items() if app.mini_program is not None]
    name = given.get("in")
    if name is None and len(known) != 1:
        which = f"it needs `in`, one of {', '.join(known)}" if known else "no app is a mini program"
        yield "", f"the step {kind} uses a mini program; {which}"
    elif name is not None and name not in apps:
        yield "in", unknown_app(name, {one: apps[one] for one in known})
    elif name is not None and name not in known:
        yield "in", f"the app {name!r} is not a mini program; `request: {{to: {name}, …}}` asks it"
    ways = _FINDING.get(kind, ())
    used = [way for way in ways if way in given]
    if ways and len(used) != 1:
        yield "", f"the step {kind} takes one of {', '.join(ways)}; got {' and '.join(used) or 'none'}"
    what = given.get("what", [])
    for one in [what] if isinstance(what, str) else what:
        if one not in QUESTIONS and not one.startswith("scope.") and "${" not in one:
            yield "what", f"WeChat asks nothing named {one!r}{suggest(one, QUESTIONS)}"


def persona_problems(apps: Mapping[str, App], personas: Iterable[str]) -> Iterator[tuple[Trail, str]]:
    """Yield where an app names a persona that nobody declared, with what to say of it."""
    for name, app in apps.items():
        if app.persona and app.persona not in personas:
            message = f"nobody declared the persona {app.persona!r}{suggest(app.persona, personas)}"
            yield ("apps", name, "persona"), message


def described(kind: str, given: Mapping[str, Any]) -> str:
    """Return what to call a step in reports: what a user does."""
    where = f" in {given['in']}" if "in" in given else ""
    match kind:
        case "open":
            page, who = given.get("page", ""), f" as {given['as']}" if given.get("as") else ""
            return f"open {page}".rstrip() + who + where
        case "tap":
            return f"tap {given.get('text', given.get('selector', ''))}{where}"
        case "input":
            field = given.get("name", given.get("placeholder", given.get("selector", "")))
            return f"type {given['value']} into {field}{where}"
        case "phone_number":
            return f"{'share' if given.get('allow', True) is not False else 'refuse to share'} the phone number{where}"
        case "choose_avatar":
            return f"choose an avatar{where}"
    what = given.get("what", "")
    return f"{kind} {what if isinstance(what, str) else ', '.join(what)}{where}"
