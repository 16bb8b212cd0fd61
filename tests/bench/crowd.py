"""A world of many users, each of whom has logged in once: a state of one such user, enlarged."""

import json

import sides


def fill(port, number):
    """Make a server's world one of so many users, with a token and a session each; alice is one of them."""
    sides.login(port)
    told = json.loads(sides.ask(port, "GET", "/_emulator/state"))
    state = told["state"]
    [alice] = [one for one in state["users"] if one["name"] == "alice"]
    [token], [session] = state["tokens"], state["sessions"]
    for one in range(number - len(state["users"])):
        user = _user(alice, one)
        state["users"].append(user)
        state["tokens"].append(_token(token, user, one))
        state["sessions"].append(session | {"id": f"{one:032x}"})
        state["counters"].append(["token", token["application"], user["id"], 1])
    sides.ask(port, "PUT", "/_emulator/state", json.dumps(told), {"Content-Type": "application/json"})
    _check(port, number)


def _user(alice, one):
    openid = f"o{one:027}"
    return alice | {
        "name": f"user-{one}",
        "id": f"00000000-0000-4000-8000-{one:012x}",
        "displayName": f"User {one}",
        "wechat": openid,
        "properties": {"wechatOpenId": openid, "wechatUnionId": f"u{one:027}"},
    }


def _token(token, user, one):
    hashes = {"access_hash": f"a{one:063x}", "refresh_hash": f"b{one:063x}"}
    return token | hashes | {"name": user["id"], "user": user["name"], "user_id": user["id"]}


def _check(port, number):
    """Stop unless the world now has so many users: what is measured next is said to."""
    told = json.loads(sides.ask(port, "GET", "/_emulator/state"))
    if len(told["state"]["users"]) != number:
        raise SystemExit(f"the world has {len(told['state']['users'])} users, not {number}")
