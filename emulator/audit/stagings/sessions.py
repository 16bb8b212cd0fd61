"""Troubles with what a client keeps of a login: bad sessions, chosen ones, ended ones."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from emulator.audit.description import Call, mentions
from emulator.audit.probe import Probe, Session
from emulator.audit.stage import Login, Stage
from emulator.audit.troubles import trouble

#: A session that no backend ever gave out.
MADE_UP = "audit-chosen-5Dq0vXyQ2mZr8LkT1bNw7Hc4"
#: Shorter values are not changed by a character: the result could be somebody else's by chance.
_SHORTEST = 22


@trouble("many-logins", "other", needs=("token",))
def _many(stage: Stage) -> None:
    """Log three people in, twenty times in all."""
    people = [stage.person() for _ in range(3)]
    for person in people:
        stage.identify(stage.login(Login(person=person, label="the first time")))
    for size in (6, 6, 5):
        crowd = [Login(person=people[number % 3], label="once more") for number in range(size)]
        for probe in stage.crowd(crowd):
            first = next(one for one in stage.of("many-logins") if one.person == probe.person)
            probe.user_id, probe.openid = first.user_id, first.openid


@trouble("chosen-session", "other", needs=("token",))
def _chosen(stage: Stage) -> None:
    """Log in while presenting a session: a made-up one, then one that belongs to somebody else."""
    plain = stage.login(Login(label="before"))
    if plain.outcome != "success":
        return
    made_up = Session(cookies=dict.fromkeys(plain.session.cookies, MADE_UP), names=_chosen_names(stage, plain, MADE_UP))
    for label, session in (("a made-up session", made_up), ("somebody else's session", plain.session)):
        accepted_before = label == "a made-up session" and _opens(stage, session, label) is not None
        probe = stage.login(
            Login(label=label, request=_presenting(stage, session), session=session, names=session.names)
        )
        if probe.outcome != "success" or accepted_before or probe.session.cookies.keys() & session.cookies.keys():
            continue
        victim = stage.identify(probe)
        asked = _opens(stage, session, label) if session.cookies else None
        if asked is not None and (label == "a made-up session" or (victim and stage.identify(asked) == victim)):
            asked.label = f"adopted: {label}"


@trouble("bad-session", "other", needs=("logged_in", "token"))
def _bad(stage: Stage) -> None:
    call = cast("Call", stage.description.logged_in)  # which this trouble needs
    one, other = (stage.login(Login(label=label)).session for label in ("somebody", "somebody else"))
    stage.ask(call, _changed(stage, one, lambda _: ""), label="nothing", request=_bare(stage, one))
    for word in ("undefined", "null"):
        stage.ask(call, _changed(stage, one, lambda _, word=word: word), label=word)  # type: ignore[misc]
    values = [*one.cookies.values(), *(str(one.names[name]) for name in _carriers(stage, one))]
    signed = [str(value) for value in (*other.names.values(), *other.cookies.values()) if _is_jwt(str(value))]
    changes: dict[str, Callable[[str], str]] = {}
    if values and all(len(value) >= _SHORTEST for value in values):
        changes["one character changed"] = _one_character
    if signed:
        changes |= {"another's signature": lambda value: _resigned(value, signed[0]), "alg none": _unsigned}
    for label, change in changes.items():
        if (changed := _changed(stage, one, change)) != one:  # a token without a signature can be the same
            stage.ask(call, changed, label=label)


@trouble("logged-out", "other", needs=("logout", "logged_in"))
def _logged_out(stage: Stage) -> None:
    logged_in = cast("Call", stage.description.logged_in)  # both of which this trouble needs
    logout = cast("Call", stage.description.logout)
    session = stage.login(Login(label="a login")).session
    stage.ask(logged_in, session, label="before it")
    stage.ask(logout, session, label="the logout")
    stage.ask(logged_in, session, label="after it")


@trouble("id-as-credential", "other", needs=("logged_in", "openid"))
def _ids(stage: Stage) -> None:
    """Use what names somebody in place of the token and of the code."""
    call = cast("Call", stage.description.logged_in)  # which this trouble needs
    plain = stage.login(Login(label="a login"))
    user_id = stage.identify(plain)
    unionid = next((str(one.json["unionid"]) for one in plain.exchanges if one.json.get("unionid")), "")
    given = {"the openid": plain.openid, "the unionid": unionid, "the user id": user_id}
    named = {what: value for what, value in given.items() if value}
    stage.ask(call, _changed(stage, plain.session, lambda _: MADE_UP), label="control")
    for what, value in named.items():
        stage.ask(call, _changed(stage, plain.session, lambda _, value=value: value), label=f"with {what}")  # type: ignore[misc]
        stage.login(Login(person=plain.person, code=value, label=f"with {what}"))
    instead = _openid_for_code(stage.description.login.request)
    if instead and plain.openid:
        request, code = instead, plain.openid
        stage.login(Login(person=plain.person, code=code, request=request, label="with an `openid` for the code"))


def _openid_for_code(request: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the login with `openid` in place of its code, None where that does not stand in a JSON object or form."""
    for kind in ("json", "form"):
        fields = request.get(kind)
        if isinstance(fields, Mapping) and "${code}" in fields.values():
            return {
                **request,
                kind: {"openid" if value == "${code}" else name: value for name, value in fields.items()},
            }
    return None


def _carriers(stage: Stage, session: Session) -> list[str]:
    """Return the names by which `logged_in` sends the session."""
    call = stage.description.logged_in
    named = [name for name in session.names if call is not None and mentions(call.request, name)]
    return ["token"] if "token" in named else named


def _changed(stage: Stage, session: Session, change: Callable[[str], str]) -> Session:
    """Return a session whose token and cookies are changed."""
    names = {name: change(str(session.names[name])) for name in _carriers(stage, session)}
    cookies = {name: change(value) for name, value in session.cookies.items()}
    return Session(cookies={k: v for k, v in cookies.items() if v}, names=session.names | names)


def _bare(stage: Stage, session: Session) -> Mapping[str, Any]:
    """Return `logged_in` without the headers that carry the session."""
    call = stage.description.logged_in
    request = call.request if call is not None else {}
    carriers = _carriers(stage, session)
    kept = {
        name: value
        for name, value in request.get("headers", {}).items()
        if not any(mentions(value, carrier) for carrier in carriers) and name.lower() != "cookie"
    }
    return {**request, "headers": kept}


def _chosen_names(stage: Stage, plain: Probe, value: str) -> dict[str, Any]:
    return dict.fromkeys(_carriers(stage, plain.session), value)


def _presenting(stage: Stage, session: Session) -> Mapping[str, Any]:
    """Return the login with the headers by which `logged_in` sends the session."""
    call, login = stage.description.logged_in, stage.description.login.request
    headers = call.request.get("headers", {}) if call is not None else {}
    carriers = _carriers(stage, session)
    carrying = {name: value for name, value in headers.items() if any(mentions(value, one) for one in carriers)}
    return {**login, "headers": {**carrying, **login.get("headers", {})}}


def _opens(stage: Stage, session: Session, label: str) -> Probe | None:
    """Return the request by which a session opens `logged_in`, None when it does not."""
    call = stage.description.logged_in
    if call is None or not (session.cookies or session.names):
        return None
    asked = stage.ask(call, session, label=f"{label} → logged_in")
    return asked if asked.outcome == "success" else None


def _one_character(value: str) -> str:
    """Return a value with one letter or digit in its middle changed; of a JWT, in its signature."""
    start = value.rfind(".") + 2 if _is_jwt(value) and not value.endswith(".") else len(value) // 2
    at = next((index for index in range(start, len(value)) if value[index].isalnum()), start)
    return value[:at] + ("1" if value[at] == "0" else "0") + value[at + 1 :]


def _is_jwt(value: str) -> bool:
    return value.count(".") == 2 and value.startswith("eyJ")


def _resigned(value: str, other: str) -> str:
    return f"{value.rpartition('.')[0]}.{other.rpartition('.')[2]}" if _is_jwt(value) else value


def _unsigned(value: str) -> str:
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    return f"{header}.{value.split('.')[1]}." if _is_jwt(value) else value
