"""How tests of this folder call WeChat."""

import json
from types import SimpleNamespace

import pytest

from emulator.wechat.call import WechatCall
from emulator.wechat.operations import OPERATIONS

APPID = "wx0123456789abcdef"
SECRET = "0123456789abcdef0123456789abcdef"


class Wechat:
    """WeChat as a backend of one world sees it."""

    def __init__(self, world):
        self.world = world

    def ask(self, path, *, method="GET", json_body=None, body=b"", address="127.0.0.1", headers=None, **params):
        """Return the trace, the reply and its JSON of one call."""
        tx = self.world.exchange()
        sent = body if json_body is None else json.dumps(json_body).encode()
        call = WechatCall(method=method, params=params, body=sent, address=address, headers=headers or {})
        reply = OPERATIONS[path].answer(tx, call)
        tx.state.end_exchange(tx.number)
        return SimpleNamespace(trace=tx.trace, reply=reply, json=json.loads(reply.body) if reply.body else None)

    def post(self, path, json_body=None, **more):
        """Return what `ask` returns of a POST."""
        return self.ask(path, method="POST", json_body=json_body, **more)

    def token(self, **changes):
        """Return what WeChat answers to a call of /cgi-bin/token."""
        given = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET} | changes
        address = given.pop("address", "127.0.0.1")
        kept = {name: value for name, value in given.items() if value is not None}
        return self.ask("/cgi-bin/token", address=address, **kept)

    def access_token(self, **changes):
        """Return a plain token."""
        return self.token(**changes).json["access_token"]

    def stable(self, **changes):
        """Return what WeChat answers to a call of /cgi-bin/stable_token."""
        given = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET} | changes
        return self.post("/cgi-bin/stable_token", {name: value for name, value in given.items() if value is not None})


def without_rid(answer):
    """Return a reply's JSON with the rid, which must be there in its shape, cut from errmsg."""
    before, rid, after = answer.json["errmsg"].partition(" rid: ")
    assert rid
    assert [len(group) for group in after.split("-")] == [8, 8, 8]
    return answer.json | {"errmsg": before}


@pytest.fixture(name="wechat")
def fixture_wechat(world):
    """WeChat in the default world."""
    return Wechat(world)


@pytest.fixture(name="wechat_of", scope="session")
def fixture_wechat_of():
    """WeChat in a given world."""
    return Wechat


@pytest.fixture(name="refusal", scope="session")
def fixture_refusal():
    """Return a refusal's errcode and errmsg without its rid."""
    return without_rid
