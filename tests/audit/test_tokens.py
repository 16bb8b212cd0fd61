"""Promises about tokens that can be guessed, and about those that cannot."""

import hashlib

import pytest

from emulator.audit.rules.tokens import Known, weakness

KNOWN = Known(names=("oGk3T5cz2HQfVQKyvtL0mu7KjlO9", "u1", "42"), seconds=(1764000000, 1764000003), keys=("secret",))
GOOD = {
    "a UUID": "7f4df0c2-6f5c-4d3b-9a53-0d1f1f4f7a11",
    "32 hex digits": "9f86d081884c7d659a2feaa0c55ad015",
    "nanoid": "V1StGXR8_Z5jdHi6B-myT",
    "token_urlsafe": "3K9zq0c2pXv5yQwLr8TnBd1mHsJfGa7e",
    "a signed name": "u1.fJ8kQ2mZ7xW4vT9nB3pL6rY1cD5",
    "a signed time": "eyJ1IjoxfQ.1764000001.fJ8kQ2mZ7xW4vT9nB3pL6rY1cD5",
    "an openid with a random part": "oGk3T5cz2HQfVQKyvtL0mu7KjlO9:9f86d081884c7d659a2feaa0c55ad015",
    "a JWT with a key of its own": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "a JWT signed with RSA": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1MSJ9.AAAAAAAA",
}
BAD = {
    "the openid": ("oGk3T5cz2HQfVQKyvtL0mu7KjlO9", "token-known"),
    "the user id": ("42", "token-known"),
    "the user id and the time": ("42-1764000002", "token-known"),
    "the time in milliseconds": ("1764000002123", "token-known"),
    "12 hex digits": ("9f86d0818840", "token-short"),
    "18 digits": ("839201746352718209", "token-short"),
    "md5 of the openid": (hashlib.md5(KNOWN.names[0].encode()).hexdigest(), "token-hashed"),
    "sha256 of the time": (hashlib.sha256(b"1764000001").hexdigest(), "token-hashed"),
    "sha1 of the user id": (hashlib.sha1(b"42").hexdigest(), "token-hashed"),
    "a JWT without a signature": ("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1MSJ9.", "token-unsigned"),
}


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_token_is_let_be(kind):
    assert weakness(GOOD[kind], KNOWN, others=[GOOD[kind]]) == ""


@pytest.mark.parametrize("kind", BAD)
def test_a_weak_token_is_seen(kind):
    token, why = BAD[kind]

    assert weakness(token, KNOWN, others=[token]) == why


def test_tokens_that_count_are_seen():
    tokens = [f"{number:040d}" for number in range(1, 21)]

    assert weakness(tokens[0], KNOWN, others=tokens) == "token-counts"
