"""Calls to WeChat with an access_token."""

import json
import re
from dataclasses import replace

import pytest

from emulator.scenario.model import scenario_of
from emulator.web import create_app
from emulator.wechat.personas import Personas

APPID = "wx0123456789abcdef"
#: What stands for the request id, which differs from call to call.
_RID = re.compile(r" rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$")


class Caller:
    """A backend that has an access_token of the first mini program."""

    def __init__(self, world):
        self.world = world
        self.http = create_app(world).test_client(use_cookies=False)
        self.program = scenario_of(world.state).miniprograms[APPID]
        self.token = ""
        self.fetch_token()

    def fetch_token(self):
        """Fetch a new access_token."""
        given = {"grant_type": "client_credential", "appid": APPID, "secret": self.program.secret}
        self.token = json.loads(self.http.get("/cgi-bin/token", query_string=given).text)["access_token"]

    def openid(self, persona, appid=APPID):
        return self.world.state.get(Personas).openid(appid, persona)

    def unionid(self, persona):
        return self.world.state.get(Personas).unionid(APPID, persona)

    def login(self, persona):
        """Log a persona in, by its name as its code."""
        given = {"appid": APPID, "secret": self.program.secret, "js_code": persona, "grant_type": "authorization_code"}
        assert "session_key" in self.http.get("/sns/jscode2session", query_string=given).text

    def post(self, path, body):
        """Post JSON and return the reply as it is."""
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return self.http.post(path, query_string={"access_token": self.token}, data=data)

    def said(self, path, body):
        """Post JSON and return the JSON that comes back, errors without their request id."""
        return plain(self.post(path, body))

    def asked(self, path, **query):
        """Ask with a query and return the JSON that comes back, errors without their request id."""
        return plain(self.http.get(path, query_string={"access_token": self.token} | query))

    def why(self):
        """Return the id of the reason of the latest refusal."""
        return self.http.get("/_emulator/journal").json["exchanges"][-1]["reason"]["id"]


def plain(reply):
    """Return a reply's JSON, an error's text without the request id."""
    value = json.loads(reply.get_data(as_text=True))
    if isinstance(value.get("errmsg"), str):
        value["errmsg"] = _RID.sub("", value["errmsg"]).removesuffix(",")
    return value


@pytest.fixture(name="make_caller", scope="session")
def fixture_make_caller(make_world):
    """Make a backend of the default world, whose first mini program may be declared otherwise."""

    def make(world_words=None, limits=None, **changes):
        world = make_world()
        programs = dict(scenario_of(world.state).miniprograms)
        programs[APPID] = replace(programs[APPID], **changes)
        return Caller(make_world(miniprograms=programs, forbidden_words=world_words or {}, limits=limits))

    return make


@pytest.fixture(name="caller")
def fixture_caller(make_caller):
    """A backend of the default world."""
    return make_caller()
