"""Requests that meet: each interleaving is forced at a repository's door, none is left to luck."""

import json
from concurrent.futures import ThreadPoolExecutor
from operator import itemgetter
from threading import Barrier, Event
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from emulator.casdoor.repositories import Applications
from emulator.casdoor.sessions import Sessions
from emulator.casdoor.token_repository import Tokens
from emulator.casdoor.tokens import issue_token, sign_tokens
from emulator.casdoor.user_repository import Users
from emulator.control.service import ControlService
from emulator.journal.journal import Journal
from emulator.server.listener import Server
from emulator.wechat.login_codes import LoginCodes
from emulator.wechat.personas import Personas
from emulator.wechat.session_keys import SessionKeys

CLIENT = "6825f4f0af45554c8952"
APPID = "wx0123456789abcdef"
LOGIN = "/api/login/oauth/access_token"
REFRESH = "/api/login/oauth/refresh_token"
REVOKED = {"error": "invalid_grant", "error_description": "refresh token is invalid or revoked"}
UNKNOWN_TOKEN = "Access token doesn't exist in database"
#: Seconds after which a test gives up instead of hanging; nothing here takes that long.
PATIENCE = 30


class GatedUsers(Users):
    """Makes nobody's user before a second login has come for it: to the lock, or right through it."""

    def __init__(self, state, make_door):
        super().__init__(state)
        self.lock = make_door(state.lock)
        self._both = Barrier(2)

    def find_or_create(self, owner, ids, make):
        def make_late():
            user = make()
            self.lock.hold()
            return user

        self._both.wait(PATIENCE)
        return super().find_or_create(owner, ids, make_late)


class GatedTokens(Tokens):
    """Rotates nothing before two refreshes have found their row and signed, and the second waits for the first."""

    def __init__(self, state, make_door):
        super().__init__(state)
        self.lock = make_door(state.lock)
        self._both = Barrier(2)

    def rotate(self, old, new):
        self._both.wait(PATIENCE)
        return super().rotate(old, new)

    def _remove(self, key):
        self.lock.hold()
        return super()._remove(key)


def put(world, kind, repository):
    """Have the world's present state use a repository in place of its own."""
    world.state._repositories[kind] = repository
    return repository


def stopping(kind, method, *, reached, go):
    """Return a repository class in which a method waits until it may go on."""

    def stop(self, *args, **named):
        reached.set()
        assert go.wait(PATIENCE)
        return getattr(kind, method)(self, *args, **named)

    return type(kind.__name__, (kind,), {method: stop})


def ask(url, path, form=None, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = Request(f"{url}{path}", urlencode(form).encode() if form else None, headers)
    try:
        with urlopen(request, timeout=PATIENCE) as reply:
            return reply.status, json.load(reply)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def log_in(url, code="alice"):
    return ask(url, LOGIN, {"tag": "wechat_miniprogram", "client_id": CLIENT, "code": code})


def refresh(url, token):
    return ask(url, REFRESH, {"grant_type": "refresh_token", "client_id": CLIENT, "refresh_token": token})


def account(url, token):
    return ask(url, "/api/get-account", token=token)[1]


def twice(call, *args):
    """Make a call in two threads at once; return both results."""
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(call, *args) for _ in range(2)]
        return [one.result(PATIENCE) for one in calls]


@pytest.mark.parametrize("profile", ["docs", "classic", "current"])
def test_two_first_logins_at_once_make_one_user_and_both_get_its_tokens(make_world, make_door, profile):
    world = make_world(profile=profile)
    before = len(world.state.get(Users))
    users = put(world, Users, GatedUsers(world.state, make_door))

    with Server(world, port=0) as server:
        replies = twice(log_in, server.url)
        tokens = [body.get("access_token") or body["accessToken"] for _, body in replies]
        accounts = [account(server.url, token)["data"] for token in tokens]

    openid = world.state.get(Personas).openid(APPID, "alice")
    found = users.find_wechat("test", [openid])
    assert ([status for status, _ in replies], users.lock.inside, len(users)) == ([200, 200], 1, before + 1)
    assert [(one["id"], one["name"]) for one in accounts] == [(found.text("id"), found.name)] * 2
    assert tokens[0] != tokens[1]
    assert sum(change.created for one in world.state.get(Journal).exchanges() for change in one.changes) == 1


def test_of_two_refreshes_that_have_both_signed_the_first_to_rotate_wins(world):
    first, second = world.transaction(), world.transaction()
    application = first.get(Applications).find("app-docs")
    user = first.get(Users).find(("test", "linked"))
    old = issue_token(first, application=application, user=user)
    tokens = world.state.get(Tokens)

    found = [tx.get(Tokens).find_refresh(old.refresh_token) for tx in (first, second)]
    signed = [sign_tokens(tx, application=application, user=user) for tx in (first, second)]
    rotated = [first.get(Tokens).rotate(found[0], signed[0].row), second.get(Tokens).rotate(found[1], signed[1].row)]

    assert (found, rotated) == ([old.row, old.row], [True, False])
    assert tokens.all() == [signed[0].row]
    assert [tokens.find_access(one.access_token) for one in (old, *signed)] == [None, signed[0].row, None]
    assert [tokens.find_refresh(one.refresh_token) for one in (old, *signed)] == [None, signed[0].row, None]


def test_a_refresh_token_spent_twice_at_once_gives_tokens_once(world, make_door):
    tokens = put(world, Tokens, GatedTokens(world.state, make_door))

    with Server(world, port=0) as server:
        old = log_in(server.url)[1]
        (won, body), (lost, refusal) = sorted(twice(refresh, server.url, old["refresh_token"]), key=itemgetter(0))
        names = [account(server.url, token) for token in (old["access_token"], body["access_token"])]

    assert (won, lost, refusal) == (200, 400, REVOKED)
    assert (names[0]["msg"], names[1]["status"]) == (UNKNOWN_TOKEN, "ok")
    whys = [
        str(one.why or "") for one in world.state.get(Journal).exchanges() if one.operation == "casdoor.refresh_token"
    ]
    assert sorted(whys) == ["", "another request with this refresh token came first"]
    assert tokens.find_refresh(old["refresh_token"]) is None


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        pytest.param(LoginCodes, "spend", id="before its code is spent"),
        pytest.param(Users, "find_or_create", id="before its user is made"),
        pytest.param(Tokens, "add", id="between signing and storing its token"),
        pytest.param(Journal, "append", id="before it is in the journal"),
    ],
)
def test_a_reset_while_a_login_is_under_way_leaves_a_fresh_world(world, kind, method):
    service, reached, go = ControlService(world), Event(), Event()
    before = world.state
    users = len(before.get(Users))
    gated = put(world, kind, stopping(kind, method, reached=reached, go=go)(before))
    code = service.issue_login_code(persona="alice").code

    with Server(world, port=0) as server, ThreadPoolExecutor(1) as pool:
        login = pool.submit(log_in, server.url, code)
        assert reached.wait(PATIENCE)
        service.reset()
        go.set()
        status, body = login.result(PATIENCE)
        left = [len(world.state.get(one)) for one in (Tokens, Users, Journal, LoginCodes, SessionKeys, Sessions)]
        shown = account(server.url, body["access_token"])
        numbers = [one.number for one in world.state.get(Journal).exchanges()]

    assert (status, shown["msg"]) == (200, UNKNOWN_TOKEN)
    assert (left, numbers) == ([0, users, 0, 0, 0, 0], [1])
    assert world.state.get(Users).find_wechat("test", [world.state.get(Personas).openid(APPID, "alice")]) is None
    assert (before.get(kind), [one.number for one in before.get(Journal).exchanges()]) == (gated, [1])
