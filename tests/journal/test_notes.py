"""Notes: design.md 4, one at least for each row of facts/casdoor.md 9."""

import json
from pathlib import Path

import pytest

from emulator.journal.notes import catalogue
from emulator.web import create_app

LOGIN = "/api/login/oauth/access_token"
FORM = {"tag": "wechat_miniprogram", "client_id": "6825f4f0af45554c8952", "code": "alice"}


def notes_of(reply):
    return set(reply.headers.get("X-Mockdoor-Note", "").split(", "))


@pytest.fixture(name="ask")
def fixture_ask(make_world):
    """Make a request function for a profile's default world."""

    def make(profile="docs", **changes):
        world = make_world(profile=profile, **changes)
        client = create_app(world).test_client(use_cookies=False)
        client.world = world
        return client

    return make


def bearer(client, **changes):
    body = client.post(LOGIN, data=FORM | changes).get_json()
    return {"Authorization": f"Bearer {body.get('access_token') or body['accessToken']}"}


@pytest.mark.parametrize(
    ("row", "note"),
    [
        ("set origin first", "origin-from-host"),
        ("a WeChat type provider is enough", "provider-type"),
        ("the first one is used", "several-providers"),
        ("form POST", "login-any-body"),
        ("the reply has access_token", "login-body"),
        ("tag is required", "tag-needed"),
        ("username and avatar update the profile", "login-profile"),
        ("update-user with four keys", "sparse-update"),
        ("the token serves for any operation", "own-data-only"),
        ("existing accounts cannot be bound", "linked-account"),
        ("unknown openid, new user", "openid-per-miniprogram"),
    ],
)
def test_each_promise_of_the_docs_page_has_a_note(row, note):
    assert row
    assert catalogue()[note].source.endswith(("9", "1.5", "2.5"))


def test_every_note_is_complete_and_in_two_languages():
    for note in catalogue().values():
        assert note.kind in ("leniency", "trap")
        assert note.en.endswith((".", ")"))
        assert any("\u4e00" <= char <= "\u9fff" for char in note.zh)
        assert note.versions
        assert note.source


def test_every_note_is_used_by_the_code():
    code = "".join(path.read_text("utf-8") for path in Path("emulator").rglob("*.py"))

    assert [name for name in catalogue() if f'"{name}"' not in code] == []


def test_a_first_login_leans_on_the_body_and_the_code(ask):
    reply = ask().post(LOGIN, data=FORM)

    assert notes_of(reply) == {"persona-code", "login-body"}


def test_the_raw_body_shows_the_session_key(ask):
    reply = ask("current").post(LOGIN, data=FORM)

    assert notes_of(reply) == {"persona-code", "session-key-in-code"}


def test_classic_needs_no_note_for_its_body(ask):
    assert notes_of(ask("classic").post(LOGIN, data=FORM)) == {"persona-code"}


def test_json_is_noted(ask):
    assert "login-any-body" in notes_of(ask().post(LOGIN, json=FORM))


def test_a_missing_tag_is_noted(ask):
    assert "tag-needed" in notes_of(ask().post(LOGIN, data=FORM | {"tag": ""}))


@pytest.mark.parametrize(("profile", "note"), [("docs", "login-profile"), ("current", "profile-kept")])
def test_a_known_users_profile_is_written_or_kept(ask, profile, note):
    client = ask(profile)
    client.post(LOGIN, data=FORM)

    assert note in notes_of(client.post(LOGIN, data=FORM | {"username": "Alice"}))


def test_discovery_is_noted_in_docs_only(ask):
    path = "/.well-known/openid-configuration"

    assert [notes_of(ask(profile).get(path)) for profile in ("docs", "current")] == [{"origin-from-host"}, {""}]


def test_a_linked_account_is_noted(ask):
    assert "linked-account" in notes_of(ask().post(LOGIN, data=FORM | {"code": "carol"}))


def test_other_peoples_data_are_noted(ask):
    client = ask()

    reply = client.get("/api/get-users?owner=test", headers=bearer(client))

    assert notes_of(reply) == {"own-data-only", "denial-200"}


def test_a_missing_owner_is_filled_in_and_noted(ask):
    client = ask()
    headers = bearer(client, username="Alice")

    reply = client.post("/api/update-user?columns=bio", json={"name": "Alice", "bio": "x"}, headers=headers)

    assert (reply.get_json()["data"], notes_of(reply)) == ("Affected", {"owner-default"})


def test_the_journal_holds_the_whole_note(ask):
    client = ask()
    client.post(LOGIN, data=FORM)

    entry = client.get("/_emulator/journal").get_json()["exchanges"][0]

    assert [note["id"] for note in entry["notes"]] == ["persona-code", "login-body"]
    assert entry["notes"][1]["zh"] == catalogue()["login-body"].zh


def test_a_note_never_changes_a_body(ask):
    frozen = [json.dumps(ask(profile).post(LOGIN, data=FORM).get_json()) for profile in ("classic", "docs")]

    assert frozen[0] == frozen[1]
