"""A reset secret over HTTP, also after the state was brought back: facts/wechat.md 6, pain 17."""

from emulator.control.worlds import open_world
from emulator.scenario import parse_closed
from emulator.web import create_app

APPID = "wx0123456789abcdef"
SCENARIO = (
    f"version: 1\nclock: 2026-01-01T08:00:00Z\nminiprograms: {{{APPID}: {{secret_reset: {{new: n, takes: 10m}}}}}}\n"
)


def test_the_wait_goes_on_where_it_was_when_the_state_comes_back(world):
    client = create_app(open_world(parse_closed(SCENARIO), wall=world.wall)).test_client()
    query = {"grant_type": "client_credential", "appid": APPID, "secret": "n"}
    client.post("/_emulator/clock/advance", json={"by": "4m"})
    client.put("/_emulator/state", data=client.get("/_emulator/state").data)

    replies = []
    for by in ("5m59s", "1s"):
        client.post("/_emulator/clock/advance", json={"by": by})
        replies.append(client.get("/cgi-bin/token", query_string=query).json.get("errcode", 0))

    assert replies == [40125, 0]
