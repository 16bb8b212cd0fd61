"""WeChat's ciphers and signatures under a session_key (facts/wechat.md 3)."""

import base64
import hashlib
import hmac


def encrypt(text: str, *, session_key: str, iv: str) -> str:
    """Return encryptedData: AES-128-CBC with PKCS#7; key, iv and result are standard base64.

    Raises ValueError for a key or an iv that is not base64 of 16 bytes.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7

    padder = PKCS7(128).padder()
    padded = padder.update(text.encode()) + padder.finalize()
    encryptor = Cipher(algorithms.AES128(_bytes(session_key)), modes.CBC(_bytes(iv))).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def decrypt(encrypted: str, *, session_key: str, iv: str) -> str:
    """Return the text of encryptedData; raises ValueError where the key, the iv or the data do not fit."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7

    decryptor = Cipher(algorithms.AES128(_bytes(session_key)), modes.CBC(_bytes(iv))).decryptor()
    padded = decryptor.update(_bytes(encrypted)) + decryptor.finalize()
    unpadder = PKCS7(128).unpadder()
    return (unpadder.update(padded) + unpadder.finalize()).decode()


def sign(raw_data: str, *, session_key: str) -> str:
    """Return the signature of rawData: lower-case hex sha1 of it and the key's base64 text."""
    # WeChat's own choice, which vouches for nothing here.
    return hashlib.sha1(f"{raw_data}{session_key}".encode(), usedforsecurity=False).hexdigest()


def hmac_sha256(body: str, *, session_key: str) -> str:
    """Return the signature of a request's body, empty for GET; the key is its base64 text, not decoded."""
    return hmac.new(session_key.encode(), body.encode(), hashlib.sha256).hexdigest()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
