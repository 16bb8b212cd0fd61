"""Faults over the control API."""

import pytest

LOGIN = {"tag": "wechat_miniprogram", "client_id": "6825f4f0af45554c8952", "code": "alice"}
BUSY = {"at": "wechat.code2session", "error": -1, "times": 1}


def test_a_planned_fault_strikes_and_is_counted(client):
    planned = client.post("/_emulator/faults", json=BUSY)

    statuses = [client.post("/api/login/oauth/access_token", data=LOGIN).status_code for _ in range(2)]

    assert (planned.status_code, planned.get_json()) == (201, {"id": "fault-1"} | BUSY | {"struck": 0})
    assert statuses == [400, 200]
    assert client.get("/_emulator/faults").get_json() == {"faults": [{"id": "fault-1"} | BUSY | {"struck": 1}]}


def test_faults_are_lifted_one_by_one_or_all(client):
    for name in ("a", "b", "c"):
        client.post("/_emulator/faults", json=BUSY | {"id": name})

    one, unknown, rest = (client.delete(f"/_emulator/faults{path}").get_json() for path in ("/b", "/nope", ""))

    assert (one, rest) == ({"lifted": ["b"]}, {"lifted": ["a", "c"]})
    assert unknown == {"error": "unknown_fault", "message": "there is no fault 'nope'; there are: a, c"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is not JSON"),
        (b"[]", "expected a mapping, got a list"),
        (
            b'{"at": "wechat.login", "error": -1}',
            "unknown operation 'wechat.login'; did you mean 'wechat.code2session'?",
        ),
        (
            b'{"at": "wechat.*"}',
            "a fault needs an effect: error, http, reply, connection, body, drip, limit, token, drop or delay",
        ),
        (b'{"at": "wechat.*", "http": "500"}', "expected a whole number, got '500'"),
        (
            b'{"at": "wechat.*", "http": 500, "when": {"persona": "zoe"}}',
            "nobody declared the persona 'zoe'; allowed: alice, bob, carol, visitor",
        ),
    ],
)
def test_a_wrong_fault_says_what_is_allowed_and_plans_nothing(client, body, message):
    refused = client.post("/_emulator/faults", data=body)

    assert (refused.status_code, refused.get_json()) == (400, {"error": "bad_request", "message": message})
    assert client.get("/_emulator/faults").get_json() == {"faults": []}


def test_an_id_is_given_once(client):
    client.post("/_emulator/faults", json=BUSY | {"id": "a"})

    refused = client.post("/_emulator/faults", json=BUSY | {"id": "a"})

    assert refused.get_json()["message"] == "there is a fault 'a' already"


def test_a_fault_without_an_id_gets_one_that_no_other_has(client):
    for body in ({"id": "fault-2"}, {}, {}):
        client.post("/_emulator/faults", json={"at": "casdoor.*", "http": 503} | body)

    assert [one["id"] for one in client.get("/_emulator/faults").json["faults"]] == ["fault-2", "fault-3", "fault-4"]
