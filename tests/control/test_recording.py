"""Promises about telling what happened as a scenario."""

import json
from datetime import UTC, datetime
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import yaml

from emulator.control.events import ControlEvents
from emulator.control.worlds import open_world
from emulator.runner.control import Remote
from emulator.runner.engine import Engine
from emulator.runner.run import Choice, run_paths
from emulator.scenario import load, parse_closed, shipped
from emulator.server.listener import Server
from emulator.web import create_app

LOGIN = "/api/login/oauth/access_token"
USUAL = {"tag": "wechat_miniprogram", "client_id": "6825f4f0af45554c8952"}
#: An imported row points nowhere, which a file that names no other file may not do.
UNTOLD = {"provider-row-missing"}
TOLD = sorted(
    name for name, path in shipped().items() if name not in UNTOLD and "reset: true" not in path.read_text("utf-8")
)


def recorded(client):
    return yaml.safe_load(client.get("/_emulator/recording").text)


@pytest.mark.parametrize("name", TOLD)
def test_what_a_shipped_scenarios_steps_do_can_be_told_and_replayed(name, tmp_path):
    scenario = load(shipped()[name])
    world = open_world(scenario, wall=lambda: datetime.now(UTC))
    with Server(world, port=0) as server:
        Engine(scenario, base=server.url, shown_base="", control=Remote(server.url), profile=world.profile).run()
        file = tmp_path / "recorded.scenario.yaml"
        file.write_bytes(urlopen(f"{server.url}/_emulator/recording").read())

    found = run_paths((str(file),), Choice())

    assert found.exit_code == 0


def test_a_login_and_what_follows_are_told_as_steps(client):
    client.post("/_emulator/login-codes", json={"persona": "bob"})
    code = client.post("/_emulator/login-codes", json={"persona": "alice"}).json["code"]
    token = client.post(LOGIN, data=USUAL | {"code": code, "username": "Alice"}).json["access_token"]
    client.post("/_emulator/clock/advance", json={"by": "90s"})
    client.get("/api/get-account", headers={"Authorization": f"Bearer {token}"})

    steps = recorded(client)["steps"]

    program = {"appid": "wx0123456789abcdef"}
    assert steps == [
        {"wx.login": {"as": "bob"} | program},
        {"wx.login": {"as": "alice"} | program},
        {
            "login": {"code": "${code}", "username": "Alice"},
            "expect": {"status": 200, "jwt": {"owner": "test", "name": "Alice"}},
            "capture": {"access_token_1": "$.access_token"},
        },
        {"advance": "90s"},
        {
            "request": {
                "method": "GET",
                "path": "/api/get-account",
                "headers": {"Authorization": "Bearer ${access_token_1}"},
            },
            "expect": {"status": 200, "json": {"status": "ok", "msg": "", "name": "Alice"}},
        },
    ]


def test_a_phone_login_is_told_as_steps(client):
    secret = "0123456789abcdef" * 2
    query = f"grant_type=client_credential&appid=wx0123456789abcdef&secret={secret}"
    code = client.post("/_emulator/phone-codes", json={"persona": "bob"}).json["code"]
    token = client.get(f"/cgi-bin/token?{query}").json["access_token"]
    client.post(f"/wxa/business/getuserphonenumber?access_token={token}", json={"code": code})

    steps = recorded(client)["steps"]

    assert steps == [
        {"wx.getPhoneNumber": {"as": "bob", "appid": "wx0123456789abcdef"}},
        {
            "request": {"method": "GET", "path": f"/cgi-bin/token?{query}"},
            "expect": {"status": 200},
            "capture": {"access_token_1": "$.access_token"},
        },
        {
            "request": {
                "method": "POST",
                "path": "/wxa/business/getuserphonenumber?access_token=${access_token_1}",
                "json": {"code": "${phone_code}"},
            },
            "expect": {"status": 200, "json": {"errcode": 0, "errmsg": "ok"}},
        },
    ]


def test_faults_and_persons_are_told(client):
    client.put("/_emulator/personas/zoe", json={"nickname": "佐伊"})
    client.put("/_emulator/signed-in", json={"persona": "zoe"})
    client.post("/_emulator/faults", json={"id": "busy", "at": "wechat.code2session", "error": -1})
    client.post(LOGIN, data=USUAL | {"code": "the code is a mock one"})
    client.delete("/_emulator/faults/busy")

    told = recorded(client)

    assert told["personas"] == {"zoe": {"nickname": "佐伊"}}
    assert [next(iter(step)) for step in told["steps"]] == ["fault", "request", "clear_faults"]
    assert told["steps"][1]["request"]["path"] == f"/as/zoe{LOGIN}"
    assert told["steps"][2] == {"clear_faults": "busy"}


def test_a_compressed_refusal_is_told_by_what_it_says(client):
    client.get("/api/get-account", headers={"Accept-Encoding": "gzip"})

    (step,) = recorded(client)["steps"]

    assert step["expect"] == {"status": 200, "json": {"status": "error", "msg": "Please login first", "name": ""}}


def test_the_file_passes_the_check_and_is_the_same_each_time(client):
    client.post(LOGIN, data=USUAL | {"code": "nonsense"})

    texts = {client.get("/_emulator/recording").text for _ in range(2)}

    assert [parse_closed(text).name for text in texts] == ["recorded"]


def test_with_nothing_to_tell_it_says_so(client):
    reply = client.get("/_emulator/recording")

    assert (reply.status_code, reply.json["message"]) == (409, "nothing has happened yet; make a request first")


def test_a_switched_profile_in_the_middle_cannot_be_told(client):
    client.post(LOGIN, data=USUAL | {"code": "alice"})
    client.put("/_emulator/profile", json={"profile": "current"})
    client.post(LOGIN, data=USUAL | {"code": "alice"})

    reply = client.get("/_emulator/recording")

    assert "the profile was switched after exchange 1" in reply.json["message"]


def test_a_persona_changed_in_the_middle_cannot_be_told(client):
    client.post(LOGIN, data=USUAL | {"code": "alice"})
    client.put("/_emulator/personas/alice", json={"openid": "oABCDEFGHIJKLMNOPQRSTUVWXYZ12"})
    client.post(LOGIN, data=USUAL | {"code": "alice"})

    reply = client.get("/_emulator/recording")

    assert "a persona was changed after exchange 1" in reply.json["message"]


def test_a_payment_is_told_as_a_step(client):
    query = f"grant_type=client_credential&appid=wx0123456789abcdef&secret={'0123456789abcdef' * 2}"
    paid = client.post("/_emulator/payments", json={"persona": "bob"}).json
    token = client.get(f"/cgi-bin/token?{query}").json["access_token"]
    trade = f"mch_id={paid['mch_id']}&out_trade_no={paid['out_trade_no']}"
    client.get(f"/wxa/getpaidunionid?access_token={token}&openid=o&transaction_id={paid['transaction_id']}")
    client.get(f"/wxa/getpaidunionid?access_token={token}&openid=o&{trade}")

    first, _, *asked = recorded(client)["steps"]

    path = "/wxa/getpaidunionid?access_token=${access_token_1}&openid=o&"
    assert first == {"wx.requestPayment": {"as": "bob", "appid": "wx0123456789abcdef"}}
    assert [one["request"]["path"] for one in asked] == [
        f"{path}transaction_id=${{transaction_id}}",
        f"{path}mch_id=${{mch_id}}&out_trade_no=${{out_trade_no}}",
    ]


def test_a_tap_on_the_phone_button_is_one_step(client):
    for call, more in (("phone-codes", {}), ("user-info", {"kind": "getPhoneNumber"})) * 2:
        sealed = client.post(f"/_emulator/{call}", json={"persona": "bob"} | more).json
    client.post("/x", json={"data": sealed["encryptedData"], "iv": sealed["iv"]})

    *taps, asked = recorded(client)["steps"]

    assert taps == [{"wx.getPhoneNumber": {"as": "bob", "appid": "wx0123456789abcdef"}}] * 2
    assert asked["request"]["json"] == {"data": "${encrypted_data}", "iv": "${iv}"}


def test_a_code_in_an_older_state_file_is_told_by_its_name(client):
    code = client.post("/_emulator/login-codes", json={"persona": "bob"}).json["code"]
    client.get(f"/x?{code}")
    state = client.get("/_emulator/state").json
    (event,) = state["state"]["events"]
    event["code"] = event.pop("names")["code"]
    reply = client.put("/_emulator/state", data=json.dumps(state))

    asked = recorded(client)["steps"][1]

    assert (reply.status_code, asked["request"]["path"]) == (200, "/x?${code}")


def test_a_profile_is_told_as_a_step(client):
    profile = client.post("/_emulator/user-info", json={"persona": "bob", "kind": "getUserProfile"}).json
    client.post("/x", json={"data": profile["encryptedData"], "signature": profile["signature"]})

    first, asked = recorded(client)["steps"]

    assert first == {"wx.getUserProfile": {"as": "bob", "appid": "wx0123456789abcdef"}}
    assert asked["request"]["json"] == {"data": "${encrypted_data}", "signature": "${signature}"}


def test_what_no_step_can_do_cannot_be_told_even_before_the_first_exchange(client, world):
    world.state.get(ControlEvents).record("something was done")
    client.post(LOGIN, data=USUAL | {"code": "alice"})

    reply = client.get("/_emulator/recording")

    assert (reply.status_code, reply.json["error"]) == (409, "cannot_record")
    assert reply.json["message"].startswith("something was done after exchange 0")


def test_a_persona_changed_before_the_first_exchange_is_told_at_the_beginning(client):
    client.put("/_emulator/personas/alice", json={"nickname": "Al"})
    client.post(LOGIN, data=USUAL | {"code": "alice"})

    assert recorded(client)["personas"]["alice"]["nickname"] == "Al"


def test_a_cleared_journal_cannot_be_told(client):
    client.post(LOGIN, data=USUAL | {"code": "alice"})
    client.delete("/_emulator/journal")
    client.post(LOGIN, data=USUAL | {"code": "alice"})

    assert "no longer begins at the reset" in client.get("/_emulator/recording").json["message"]


def test_one_exchange_is_shown_closely(client):
    token = client.post(LOGIN, data=USUAL | {"code": "alice", "username": "Alice"}).json["access_token"]
    client.get("/api/get-account?x=1", headers={"Authorization": f"Bearer {token}"})

    shown = client.get("/_emulator/journal/2").json

    assert [one["where"] for one in shown["tokens"]] == ["request Authorization", "response body"]
    assert shown["tokens"][0]["claims"]["name"] == "Alice"
    assert (f"Bearer {token}" in shown["curl"], token in json.dumps(shown["exchange"])) == (True, False)
    assert (
        client.get("/_emulator/journal/3").json["message"] == "there is no exchange 3 in the journal; it holds 1 to 2"
    )


def test_a_token_in_a_compressed_reply_is_decoded(client):
    token = client.post(LOGIN, data=USUAL | {"code": "alice", "username": "Alice"}).json["access_token"]
    client.get("/api/get-account", headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"})

    tokens = client.get("/_emulator/journal/2").json["tokens"]

    assert [one["where"] for one in tokens] == ["request Authorization", "response body"]


def test_a_change_of_a_user_is_in_the_journal_without_secrets(client):
    token = client.post(LOGIN, data=USUAL | {"code": "alice", "username": "Alice"}).json["access_token"]
    body = {"owner": "test", "name": "Alice", "displayName": "A", "password": "hunter22"}
    client.post("/api/update-user", json=body, headers={"Authorization": f"Bearer {token}"})

    made, changed = (one["changes"] for one in client.get("/_emulator/journal").json["exchanges"])

    assert (made[0]["user"], made[0]["created"]) == ("test/Alice", True)
    assert changed[0]["fields"]["displayName"] == {"before": "Alice", "after": "A"}
    assert "hunter22" not in json.dumps(changed)


def test_users_and_tokens_are_listed_as_they_stand(client, world):
    client.post(LOGIN, data=USUAL | {"code": "alice", "username": "Alice"})
    client.post("/_emulator/clock/advance", json={"by": "8d"})

    users = {one["id"]: one["persona"] for one in client.get("/_emulator/users").json["users"]}
    tokens = client.get("/_emulator/tokens").json["tokens"]

    assert users == {"test/boss": None, "test/linked": "carol", "built-in/admin": None, "test/Alice": "alice"}
    assert [(one["user"], one["state"]) for one in tokens] == [("test/Alice", "expired")]


@pytest.mark.parametrize("path", ["state", "journal", "journal/1", "recording", "users", "tokens", "scenario"])
def test_a_rebound_name_reads_no_secret(world, path):
    client = create_app(world).test_client()
    client.post(LOGIN, data=USUAL | {"code": "alice"})

    reply = client.get(f"/_emulator/{path}", headers={"Host": "rebound.example:8000"})

    assert (reply.status_code, reply.json["error"]) == (403, "forbidden")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:5173"])
def test_a_foreign_page_can_neither_change_nor_read(client, origin):
    wrote = client.put("/_emulator/profile", json={"profile": "current"}, headers={"Origin": origin})
    read = client.get("/_emulator/state", headers={"Origin": origin})

    assert (wrote.status_code, "Access-Control-Allow-Origin" in read.headers) == (403, False)


def test_beyond_loopback_control_needs_the_token_but_the_page_does_not(make_world):
    with Server(make_world(), "0.0.0.0", 0) as server:
        page = urlopen(f"{server.url}/_emulator/").status
        told = urlopen(Request(f"{server.url}/_emulator/state", headers={"X-Mockdoor-Token": server.token})).status
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{server.url}/_emulator/state")
        refused.value.close()

    assert (page, told, refused.value.code) == (200, 200, 403)


def test_events_are_bounded(world):
    events = world.state.get(ControlEvents)
    for number in range(2100):
        events.record(f"event {number}", {"note": "x"})

    kept = events.events()

    assert (len(kept), kept[0].step) == (2000, {})
