"""Promises about finding a secret, in whatever form it stands in a reply."""

import base64
import gzip
import json
import zlib
from urllib.parse import quote

import pytest

from emulator.audit.canaries import Canaries

KEY = "Pmw5/3W0SVY+8NTJxKcYww=="
SECRET = "0123456789abcdef0123456789abcdef"


def encoded(text, before=""):
    """Return base64url of a text behind another, without padding."""
    return base64.urlsafe_b64encode((before + text).encode()).decode().rstrip("=")


def jwt(payload):
    """Return a JWT with a payload, its signature invented."""
    return ".".join([encoded('{"alg":"HS256"}'), encoded(json.dumps(payload)), "x" * 43])


FORMS = {
    "as it is": KEY,
    "slashes escaped": KEY.replace("/", "\\/"),
    "escaped as Gson does": KEY.replace("=", "\\u003d").replace("/", "\\/"),
    "escaped whole": "".join(f"\\u{ord(one):04X}" for one in KEY),
    "URL-encoded": quote(KEY, safe=""),
    "URL-encoded with slashes left": quote(KEY),
    "URL-encoded twice": quote(quote(KEY, safe=""), safe=""),
    "without padding": KEY.rstrip("="),
    "base64": base64.b64encode(KEY.encode()).decode(),
    "base64 behind one byte": encoded(KEY, "a"),
    "base64 behind two bytes": encoded(KEY, "ab"),
    "base64 behind three bytes": encoded(KEY, "abc"),
    "base64url of the bytes": base64.urlsafe_b64encode(base64.b64decode(KEY)).decode().rstrip("="),
    "hex of the bytes": base64.b64decode(KEY).hex(),
    "HEX of the bytes": base64.b64decode(KEY).hex().upper(),
    "the payload of a JWT": jwt({"session_key": KEY}),
    "the payload of a JWT, escaped": jwt({"key": "…"}).replace(
        encoded(json.dumps({"key": "…"})), encoded('{"key":"' + KEY.replace("=", "\\u003d") + '"}')
    ),
    "gzip in base64": base64.b64encode(gzip.compress(KEY.encode(), mtime=0)).decode(),
    "a compressed cookie": "." + base64.urlsafe_b64encode(zlib.compress(KEY.encode() * 3)).decode().rstrip("="),
}


@pytest.fixture(name="canaries")
def fixture_canaries():
    found = Canaries()
    found.add("session_key", KEY)
    found.add("appsecret", SECRET)
    return found


@pytest.mark.parametrize("form", FORMS)
def test_a_session_key_is_found_in_every_form(canaries, form):
    text = f'{{"a": "b", "c": "{FORMS[form]}"}}'

    assert canaries.found_in(text, "session_key")


def test_small_letters_of_an_url_encoding_are_found(canaries):
    text = KEY.replace("/", "%2f").replace("+", "%2b").replace("=", "%3d")

    assert canaries.found_in(text, "session_key")


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_an_appsecret_is_found_in_base64_of_every_alignment(canaries, before):
    text = base64.b64encode(f"{before}{SECRET}&js_code=x".encode()).decode()

    assert canaries.found_in(text, "appsecret") == "in base64"


def test_the_form_is_named(canaries):
    assert canaries.found_in(f"secret={SECRET}", "appsecret") == "as it is"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Pmw5",
        SECRET[:-1],
        base64.b64encode(b"something else, which is long enough").decode(),
        "%%%zz\\u00",
        "eyJ" * 9,
    ],
)
def test_other_texts_hold_no_secret(canaries, text):
    assert not canaries.found_in(text, "session_key")
    assert not canaries.found_in(text, "appsecret")


def test_a_secret_of_one_kind_is_none_of_another(canaries):
    assert not canaries.found_in(KEY, "appsecret")
