import hashlib
import hmac

from emulator.core.derive import derive, derive_alphanumeric, derive_base64url, derive_fraction, derive_hex, derive_uuid


def test_the_same_names_give_the_same_bytes():
    framed = b"\x00\x00\x00\x01a\x00\x00\x00\x011"

    assert derive("seed", "a", 1) == hmac.digest(b"seed", framed, hashlib.sha256)


def test_parts_are_joined_without_ambiguity():
    made = {derive("s", *parts) for parts in (("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""))}

    assert len(made) == 4


def test_each_form_has_its_shape():
    assert len(derive_hex("s", 20, "a")) == 20
    assert len(derive_base64url("s", 27, "a")) == 27
    assert derive_alphanumeric("s", 32, "a").isalnum()
    assert derive_uuid("s", "a")[14] == "4"
    assert all(0 <= derive_fraction("s", number) < 1 for number in range(100))
