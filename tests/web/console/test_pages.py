"""Promises about how the pages are served."""

import pytest

from emulator.journal.journal import Journal

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("path", "led"),
    [
        ("/", "/_emulator/"),
        ("/_emulator", "/_emulator/"),
        ("/@t1", "/@t1/_emulator/"),
        ("/@t1/", "/@t1/_emulator/"),
        ("/@t1/_emulator", "/@t1/_emulator/"),
    ],
)
def test_a_browser_is_led_to_the_console_and_the_journal_does_not_note_it(client, world, path, led):
    reply = client.get(path, headers=BROWSER)

    assert (reply.status_code, reply.headers["Location"], len(world.state.get(Journal))) == (302, led, 0)


@pytest.mark.parametrize(
    ("path", "headers"), [("/", {"Accept": "*/*"}), ("/", {}), ("/x", BROWSER), ("/@t1/x", BROWSER)]
)
def test_whoever_else_comes_is_answered_as_ever(client, path, headers):
    assert "Location" not in client.get(path, headers=headers).headers


def test_a_page_may_load_nothing_from_elsewhere(client):
    policy = client.get("/_emulator/").headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'self'; ")
    assert "unsafe" not in policy


def test_only_the_mini_programs_page_may_evaluate_code(client):
    policy = client.get("/_emulator/mini-program").headers["Content-Security-Policy"]

    assert policy.endswith("script-src 'self' 'unsafe-eval'")


@pytest.mark.parametrize("name", ["none.js", "..%2f__init__.py", "__init__.py"])
def test_what_is_no_asset_is_not_given_out(client, name):
    assert client.get(f"/_emulator/assets/{name}").status_code == 404


def test_pages_are_not_in_the_journal(client, world):
    for path in ("", "mini-program", "wx.js", "assets/main.js"):
        assert client.get(f"/_emulator/{path}").status_code == 200

    assert len(world.state.get(Journal)) == 0
