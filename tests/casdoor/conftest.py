"""Requests to Casdoor that its tests make again and again."""

import pytest

from emulator.web import create_app

LOGIN = "/api/login/oauth/access_token"
DOCS_CLIENT = "6825f4f0af45554c8952"


class Casdoor:
    """A client of one world's Casdoor."""

    def __init__(self, world):
        self.world = world
        self.client = create_app(world).test_client(use_cookies=False)

    @staticmethod
    def form(code="alice", **parameters):
        form = {"tag": "wechat_miniprogram", "client_id": DOCS_CLIENT, "code": code} | parameters
        return {name: value for name, value in form.items() if value is not None}

    def login(self, code="alice", **parameters):
        return self.client.post(LOGIN, data=self.form(code, **parameters))

    def token(self, code="alice", **parameters):
        body = self.login(code, **parameters).get_json()
        return body.get("access_token") or body["accessToken"]

    def get(self, path, token=None, **headers):
        return self.client.get(path, headers=self._headers(token) | headers)

    def post(self, path, json=None, token=None, **kwargs):
        return self.client.post(path, json=json, headers=self._headers(token), **kwargs)

    @staticmethod
    def _headers(token):
        return {"Authorization": f"Bearer {token}"} if token else {}


@pytest.fixture(name="casdoor")
def fixture_casdoor(make_world):
    """Make a Casdoor of a profile, by default `current`, in the default world."""

    def make(profile="current", **changes):
        return Casdoor(make_world(profile=profile, **changes))

    return make
