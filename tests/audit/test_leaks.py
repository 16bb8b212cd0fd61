"""Promises about what gives an error page away, and about what does not."""

import json

import pytest

from emulator.audit.rules.leaks import DEBUG_PAGES, TRACES, first_of, readable

LEAKS = {
    "a Python traceback": 'Traceback (most recent call last):\n  File "/srv/app.py", line 3, in login',
    "a Java stack": "\tat com.shop.web.LoginController.login(LoginController.java:31)",
    "a JavaScript stack": "TypeError: x is undefined\n    at login (/srv/app/login.js:12:7)",
    "a Go stack": "panic: oh\n\ngoroutine 1 [running]:",
    "a PHP stack": "#0 /var/www/html/index.php(12): login()",
    "a .NET stack": "   at Shop.Login() in C:\\src\\Login.cs:line 31",
    "a Ruby stack": "app/login.rb:12:in `login'",
    "text of a database": "(1062, \"Duplicate entry 'o123' for key 'openid'\")",
    "a path of the source": "error in /home/shop/login.go",
}
HARMLESS = [
    '{"error": "unavailable", "message": "try again at 12:30:45"}',
    '<script src="/static/js/app.js"></script><a href="https://shop.example/app/main.js">',
    '{"avatar": "https://shop.example/usr/a.png", "path": "/login"}',
    '{"error": "unique constraint", "trace": "6b063a71-5cde01df", "debug": false}',
    '{"message": "the file login.py is fine", "id": "#1"}',
    '{"message": "look at /me for it", "code": "ER_1"}',
]


@pytest.mark.parametrize("what", LEAKS)
def test_a_leak_is_named(what):
    found = first_of(TRACES, readable(LEAKS[what]))

    assert found is not None
    assert found[0] == what


@pytest.mark.parametrize("what", LEAKS)
def test_a_leak_inside_json_is_seen(what):
    assert first_of(TRACES, readable(json.dumps({"detail": LEAKS[what]})))


@pytest.mark.parametrize("body", HARMLESS)
def test_an_ordinary_answer_is_no_leak(body):
    assert first_of(TRACES, readable(body)) is None
    assert first_of(DEBUG_PAGES, body) is None


@pytest.mark.parametrize(
    ("framework", "page"),
    [
        ("Werkzeug", "<title>KeyError: 'openid' // Werkzeug Debugger</title>"),
        ("Django", "because you have <code>DEBUG = True</code> in your settings"),
        ("Express", "<pre>Error: oh<br> &nbsp; &nbsp;at login (/srv/a.js:1:2)</pre>"),
    ],
)
def test_a_page_of_a_debug_mode_is_named(framework, page):
    found = first_of(DEBUG_PAGES, page)

    assert found is not None
    assert found[0] == framework
