"""Troubles with Casdoor, for backends that log in through it."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from emulator.audit.casdoor_tokens import known_token, with_token
from emulator.audit.description import Call
from emulator.audit.probe import Session
from emulator.audit.stage import Login, Stage
from emulator.audit.troubles import Kind, trouble
from emulator.casdoor.defaults import complete_user
from emulator.casdoor.repositories import Applications
from emulator.casdoor.token_repository import TokenRow, Tokens
from emulator.casdoor.user_repository import Users
from emulator.core.json_object import JsonObject

_CASDOOR = ("casdoor",)
_LOGIN = "casdoor.login"
#: What a backend asks Casdoor about an account.
ACCOUNT = ("casdoor.get_account", "casdoor.userinfo", "casdoor.get_user", "casdoor.user")
#: The name that somebody has in Casdoor before anybody chooses it as a nickname; facts/casdoor.md 2.9.
TAKEN, TAKEN_ID = "audit-taken", "00000000-0000-4000-8000-0000a0d17000"
#: What is done to tokens of Casdoor's before the backend is shown them.
TAMPERINGS = ("bad_signature", "wrong_audience", "wrong_issuer", "expired")
#: The two profiles whose replies are spelled differently: facts/casdoor.md 2.10.
SPELLINGS = ("classic", "current")
_BUSY_DATABASE = "database is locked (5) (SQLITE_BUSY)"
_FORBIDDEN = "The user is forbidden to sign in, please contact the administrator"


def _envelope(msg: str) -> dict[str, Any]:
    """Return the fault of a filter's refusal: status 200 and four keys."""
    return {"reply": {"status": 200, "json": {"status": "error", "msg": msg, "data": None, "data2": None}}}


def _oauth(error: str, description: str) -> dict[str, Any]:
    return {"error": {"error": error, "error_description": description}}


#: Faults that last: the trouble, whose fault it is, the operations, and the fault.
_LASTING: dict[str, tuple[Kind, tuple[str, ...], dict[str, Any]]] = {
    "casdoor-down": ("server", (_LOGIN,), {"connection": "reset"}),
    "casdoor-closes": ("server", (_LOGIN,), {"connection": "empty"}),
    "casdoor-500": ("server", (_LOGIN,), {"http": 500}),
    "casdoor-hangs": ("server", (_LOGIN,), {"connection": "hang"}),
    "casdoor-denies": ("server", (_LOGIN,), {"error": {"msg": _BUSY_DATABASE}}),
    "casdoor-filter-denies": ("server", (_LOGIN,), _envelope("Unauthorized operation")),
    "casdoor-account-denied": ("server", ACCOUNT, {"error": {"msg": _BUSY_DATABASE}}),
    "casdoor-user-forbidden": ("client", ACCOUNT, _envelope(_FORBIDDEN)),
    "casdoor-sign-up-off": (
        "client",
        (_LOGIN,),
        _oauth("invalid_grant", "the application does not allow to sign up new account"),
    ),
    "casdoor-client-wrong": ("server", (_LOGIN,), _oauth("invalid_client", "client_id is invalid")),
    "casdoor-no-provider": (
        "server",
        (_LOGIN,),
        _oauth("invalid_client", "the application does not support wechat mini program"),
    ),
    "casdoor-tag-wrong": (
        "server",
        (_LOGIN,),
        _oauth("unsupported_grant_type", "grant_type:  is not supported in this application"),
    ),
}


def _lasting(name: str, kind: Kind, operations: tuple[str, ...], fault: dict[str, Any]) -> None:
    @trouble(name, kind, needs=_CASDOOR)
    def stage(stage: Stage) -> None:
        for operation in operations:
            stage.fault(operation, **fault)
        stage.login(Login(label="while it lasts"))
        if kind == "server":
            stage.recovers()


for _name, (_kind, _operations, _fault) in _LASTING.items():
    _lasting(_name, _kind, _operations, _fault)


@trouble("casdoor-spelling", "other", needs=_CASDOOR)
def _spelling(stage: Stage) -> None:
    """Log in at a Casdoor that writes `access_token`, and at one that writes `accessToken`."""
    played = stage.service.world.state.profile
    try:
        for profile in SPELLINGS:
            stage.service.switch_profile(profile)
            probe = stage.login(Login(label=profile))
            if probe.outcome == "success":
                stage.is_logged_in(probe)
    finally:
        stage.service.switch_profile(played)


@trouble("casdoor-token-tampered", "other", needs=("casdoor", "logged_in"))
def _tampered(stage: Stage) -> None:
    """Show the backend tokens that Casdoor did not sign for it, where it takes Casdoor's tokens at all."""
    described = stage.description.logged_in
    genuine = stage.login(Login(label="a genuine token"))
    token = known_token(genuine)
    if described is None or not token:
        return
    for kind in TAMPERINGS:
        stage.fault(_LOGIN, token=kind)
        probe = stage.login(Login(label=f"a login whose token is {kind}"))
        stage.clear()
        tampered = next((one.token for one in probe.exchanges if one.token), "")
        if not tampered:
            continue
        _make_true(stage, kind, tampered)
        stage.ask(described, with_token(genuine.session, token, tampered), label=kind)


@trouble("casdoor-token-dies", "other", needs=("casdoor", "logged_in"))
def _dies(stage: Stage) -> None:
    """Let Casdoor's token expire between login and use: once alone, once before three requests at the same moment."""
    described = stage.description.logged_in
    if described is None:
        return
    for count in (1, 3):
        probe = stage.login(Login(label=f"before {count}"))
        if probe.outcome != "success":
            return
        if count == 1:
            stage.ask(described, probe.session, label="alive")
        for call in probe.exchanges:
            if call.token:
                _expire(stage, call.token)
        if count == 1:
            stage.ask(described, probe.session, label="dead")
        else:
            _ask_at_once(stage, described, probe.session, count)


@trouble("casdoor-name-taken", "other", needs=("casdoor", "nickname"))
def _name_taken(stage: Stage) -> None:
    """Let somebody new log in with a nickname that is the name of a user of Casdoor's."""
    state = stage.service.world.state
    users, owner = state.get(Users), state.get(Applications).all()[0].organization
    row = JsonObject({"owner": owner, "name": TAKEN, "id": TAKEN_ID, "wechat": "audit-somebody-else"})
    other = users.create(lambda: complete_user(row, seed=state.seed, now=state.clock.now(), organization=None))
    try:
        person = stage.person()
        for label in ("the first try", "once more"):
            stage.identify(stage.login(Login(person=person, label=label, names={"nickname": TAKEN})))
    finally:
        users.delete(owner, other.name)


def _ask_at_once(stage: Stage, described: Call, session: Session, count: int) -> None:
    def ask() -> None:
        stage.ask(described, session, label=f"dead, one of {count}")

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _make_true(stage: Stage, kind: str, token: str) -> None:
    """Let Casdoor say of a tampered token what it would say of a real one of that kind."""
    if kind == "expired":
        _expire(stage, token)
    elif kind == "wrong_issuer":
        _change(stage, token, lambda row: replace(row, access_hash=row.access_hash[::-1]))
    elif kind == "wrong_audience":
        _change(stage, token, lambda row: replace(row, client_id="wrong-audience"))


def _expire(stage: Stage, token: str) -> None:
    """Let a token have been made so long ago that it is over; its refresh token stays good."""

    def aged(row: TokenRow) -> TokenRow:
        over = row.lifetime + timedelta(seconds=2)
        return replace(row, created_at=row.created_at - over, expires_at=row.expires_at - over)

    _change(stage, token, aged)


def _change(stage: Stage, token: str, change: Callable[[TokenRow], TokenRow]) -> None:
    tokens = stage.service.world.state.get(Tokens)
    row = tokens.find_access(token)
    if row is not None:
        tokens.add(change(row))
