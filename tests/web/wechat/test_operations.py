"""What holds for every operation of WeChat."""

import json

import pytest

PHONE = "/wxa/business/getuserphonenumber"


def plan(caller, **effect):
    assert caller.http.post("/_emulator/faults", json={"at": "wechat.*", "times": 1, **effect}).status_code == 201


def test_a_refusal_is_damaged_like_any_other_reply(caller):
    plan(caller, body="malformed")

    damaged, whole = (caller.post(PHONE, {"code": "x"}).get_data(as_text=True) for _ in range(2))

    assert len(damaged) == len(whole) // 2
    assert damaged.startswith('{"errcode":40029,')
    with pytest.raises(json.JSONDecodeError):
        json.loads(damaged)


def test_keys_of_a_refusal_can_be_dropped(caller):
    plan(caller, drop=["errmsg"])

    assert caller.said(PHONE, {"code": "x"}) == {"errcode": 40029}
