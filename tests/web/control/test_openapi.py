"""Promises about the OpenAPI description."""

import json
import re

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from emulator.scenario.model import scenario_of
from emulator.web import create_app
from emulator.web.casdoor.routes import routes
from emulator.web.control.openapi import openapi
from emulator.wechat.crypto import hmac_sha256
from emulator.wechat.operations import OPERATIONS

APPID = "wx0123456789abcdef"
USUAL = {"tag": "wechat_miniprogram", "client_id": "6825f4f0af45554c8952"}
#: Endpoints that answer what is described nowhere.
#: What is for our own pages alone: the files of a folder that is served are there only with --mini-program.
UNDESCRIBED = {"control.unknown", "mini_program.listing", "mini_program.content"}
DESCRIBED = openapi("http://127.0.0.1:8000")
METHODS = ("get", "post", "put", "patch", "delete")


def described_calls():
    return {(method, path) for path, item in DESCRIBED["paths"].items() for method in METHODS if method in item}


def schema_of(method, path, status):
    """Return the schema of a reply, None where its body is not described."""
    reply = DESCRIBED["paths"][path][method]["responses"][str(status)]
    if "$ref" in reply:
        reply = DESCRIBED["components"]["responses"][reply["$ref"].rsplit("/", 1)[1]]
    for media in reply.get("content", {}).values():
        if "schema" in media:
            return media["schema"]
    return None


def problems(value, schema):
    whole = {**schema, "components": DESCRIBED["components"]}
    return [error.message for error in Draft202012Validator(whole).iter_errors(value)]


def test_the_description_is_valid_openapi():
    validate(DESCRIBED)


def test_every_route_is_described_and_every_description_has_a_route(world):
    rules = create_app(world).url_map.iter_rules()
    own = {
        (method, rule.rule)
        for rule in rules
        if rule.endpoint not in UNDESCRIBED
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    casdoors = {(method, path) for method, path, _ in routes.listed()}
    wechats = {(method, path) for path, one in OPERATIONS.items() for method in one.methods}
    answered = {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)) for method, path in own | casdoors | wechats
    }

    assert answered | {("get", "/")} == described_calls()


def test_operations_have_distinct_names():
    names = [DESCRIBED["paths"][path][method]["operationId"] for method, path in described_calls()]

    assert len(names) == len(set(names))


def test_a_world_describes_itself_under_its_own_address(client):
    client.post("/_emulator/worlds", json={"name": "t1"})

    assert client.get("/@t1/_emulator/openapi.json").json["servers"] == [{"url": "http://localhost/@t1"}]


PLAIN_READS = sorted(
    path for method, path in described_calls() if method == "get" and path.startswith("/_emulator/") and "{" not in path
)


@pytest.mark.parametrize("path", PLAIN_READS)
def test_what_a_read_answers_is_as_described(client, path):
    client.post("/api/login/oauth/access_token", data=USUAL | {"code": "alice"})
    client.post("/api/login/oauth/access_token", data=USUAL | {"code": "nonsense"})
    client.post("/_emulator/faults", json={"at": "casdoor.*", "delay": "1s"})

    reply = client.get(path)

    value = reply.json if reply.is_json else reply.text
    assert (reply.status_code, problems(value, schema_of("get", path, 200))) == (200, [])


CALLS = [
    ("post", "/_emulator/reset", None, 200),
    ("post", "/_emulator/login-codes", {"persona": "bob"}, 200),
    ("post", "/_emulator/login-codes", {"persona": "nobody"}, 400),
    ("post", "/_emulator/phone-codes", {"persona": "bob"}, 200),
    ("post", "/_emulator/phone-codes", {"persona": "nobody"}, 400),
    ("post", "/_emulator/user-info", {"persona": "bob"}, 200),
    ("post", "/_emulator/user-info", {"kind": "getPhoneNumber"}, 200),
    ("post", "/_emulator/user-info", {"kind": "other"}, 400),
    ("post", "/_emulator/permits", {"persona": "bob", "template": "none"}, 400),
    ("post", "/_emulator/payments", {"persona": "bob"}, 200),
    ("put", "/_emulator/signed-in", {"persona": "bob"}, 200),
    ("post", "/_emulator/faults", {"at": "wechat.*", "error": -1}, 201),
    ("delete", "/_emulator/faults", None, 200),
    ("put", "/_emulator/clock", {"mode": "running"}, 200),
    ("post", "/_emulator/clock/advance", {"by": "5m"}, 200),
    ("delete", "/_emulator/journal", None, 200),
    ("post", "/_emulator/verify", {"operation": "casdoor.login"}, 200),
    ("put", "/_emulator/scenario", {"scenario": "quota"}, 200),
    ("put", "/_emulator/profile", {"profile": "current"}, 200),
    ("post", "/_emulator/worlds", {"name": "t1"}, 201),
    ("post", "/_emulator/worlds", {"name": "-"}, 400),
    ("put", "/_emulator/state", {}, 400),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), CALLS)
def test_what_a_control_call_answers_is_as_described(client, method, path, body, status):
    reply = client.open(path, method=method, json=body) if body is not None else client.open(path, method=method)

    assert (reply.status_code, problems(reply.json, schema_of(method, path, status))) == (status, [])


@pytest.mark.parametrize("profile", ["docs", "classic", "current"])
@pytest.mark.parametrize(("code", "status"), [("alice", 200), ("nonsense", 400)])
def test_a_login_is_answered_as_described(client, profile, code, status):
    client.put("/_emulator/profile", json={"profile": profile})

    reply = client.post("/api/login/oauth/access_token", data=USUAL | {"code": code})

    described = schema_of("post", "/api/login/oauth/access_token", status)
    assert (reply.status_code, problems(reply.json, described)) == (status, [])


@pytest.mark.parametrize("code", ["alice", "nonsense"])
def test_code2session_is_answered_as_described(client, world, code):
    query = {"appid": APPID, "secret": scenario_of(world.state).miniprograms[APPID].secret, "js_code": code}

    reply = client.get("/sns/jscode2session", query_string=query | {"grant_type": "authorization_code"})

    assert problems(json.loads(reply.text), schema_of("get", "/sns/jscode2session", 200)) == []


def test_wechats_other_answers_are_as_described(client):
    credentials = {"grant_type": "client_credential", "appid": APPID, "secret": "0123456789abcdef" * 2}
    token = client.post("/cgi-bin/stable_token", json=credentials).json["access_token"]
    login = {"appid": APPID, "secret": credentials["secret"], "js_code": "alice"}
    session = json.loads(client.get("/sns/jscode2session", query_string=login).text)
    signature = hmac_sha256("", session_key=session["session_key"])
    signed = {"openid": session["openid"], "sig_method": "hmac_sha256", "signature": signature}
    code = client.post("/_emulator/phone-codes").json["code"]
    calls = [
        ("get", "/cgi-bin/token", {"query_string": credentials}),
        ("post", "/cgi-bin/stable_token", {"json": credentials}),
        ("post", "/wxa/business/getuserphonenumber", {"query_string": {"access_token": token}, "json": {"code": code}}),
        ("get", "/wxa/checksession", {"query_string": {"access_token": token} | signed}),
        ("get", "/wxa/resetusersessionkey", {"query_string": {"access_token": token} | signed}),
    ]

    for method, path, asked in calls:
        for sent in (asked, {}):
            reply = client.open(path, method=method, **sent)
            described = schema_of(method, path, 200)
            assert ("errcode" in reply.json and reply.json["errcode"] != 0) is (sent == {}), reply.text
            assert problems(reply.json, described) == []


def examples():
    for path, item in DESCRIBED["paths"].items():
        for method in METHODS:
            bodies = item.get(method, {}).get("requestBody", {}).get("content", {})
            for media in bodies.values():
                if "example" in media:
                    yield pytest.param(media["example"], media["schema"], id=f"{method} {path}")


@pytest.mark.parametrize(("example", "schema"), list(examples()))
def test_an_example_fits_its_schema(example, schema):
    assert problems(example, schema) == []
