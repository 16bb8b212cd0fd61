"""Certs: signing tokens with them and showing their public half."""

import base64
import hashlib
import json
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from emulator.casdoor.gojson import encode
from emulator.casdoor.repositories import BUILT_IN_CERT, Certs
from emulator.casdoor.views import Application, Cert
from emulator.core.errors import ApiError, TokenError
from emulator.core.json_object import Json
from emulator.journal.reasons import reason
from emulator.world.transaction import Transaction

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from jwt.algorithms import Algorithm

    PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey

_CURVE_METHODS = frozenset({"ES256", "ES384", "ES512"})
#: What a JWT library says of a private key that is not one (assumed).
_NO_KEY = "generate jwt token error: invalid key: Key must be a PEM encoded PKCS1 or PKCS8 key"
_METHODS = _CURVE_METHODS | {"RS512"}


def cert_of(tx: Transaction, application: Application) -> Cert:
    """Return the cert that an application signs with; an empty name means `cert-built-in`.

    Raises TokenError when there is none of that name (facts/casdoor.md 2.4).
    """
    name = application.cert or BUILT_IN_CERT
    cert = tx.get(Certs).find(name)
    if cert is None:
        why = reason("cert-unknown", application=application.name, cert=name)
        raise TokenError("endpoint_error", f'generate jwt token error: The cert "{name}" does not exist', why=why)
    return cert


def signing_method(application: Application, cert: Cert) -> str:
    """Return the algorithm: the application's, RS256 for an empty or unknown one (facts/casdoor.md 3).

    Raises TokenError for an elliptic-curve method with an RSA key.
    """
    method = application.token_signing_method
    chosen = method if method in _METHODS else "RS256"
    if chosen in _CURVE_METHODS and _is_rsa(cert.private_key):
        text = "x509: failed to parse private key (use ParsePKCS1PrivateKey instead for this key format)"
        why = reason("signing-method-unfit", application=application.name, method=method, cert=cert.name)
        raise TokenError("endpoint_error", f"generate jwt token error: {text}", why=why)
    return chosen


def sign(claims: dict[str, Json], cert: Cert, *, method: str, kid: str | None) -> str:
    """Return a JWT; the payload is compact JSON with Go's escapes, header keys are sorted."""
    payload = base64.urlsafe_b64encode(encode(claims, indent=None).encode()).rstrip(b"=").decode()
    message = f"{_header(method, kid)}.{payload}"
    # An elliptic-curve signature has a random part, an RSA one is the same each time.
    make = _signature if method in _CURVE_METHODS else _remembered_signature
    return f"{message}.{make(cert.private_key, method, message)}"


def public_jwk(cert: Cert) -> Json:
    """Return a cert as an entry of a JWK set, with its certificate in x5c; raises ApiError (facts/casdoor.md 5.9)."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        certificate = x509.load_pem_x509_certificate(cert.certificate.encode())
    except ValueError as error:
        why = reason("certificate-unusable", cert=cert.name)
        raise ApiError("x509: malformed certificate", why=why) from error  # the text is assumed
    shown: dict[str, Json] = {"use": "sig", "kty": "RSA", "kid": cert.name, "alg": cert.crypto_algorithm}
    public = certificate.public_key()
    if isinstance(public, RSAPublicKey):
        numbers = public.public_numbers()
        shown |= {"n": _base64url(numbers.n), "e": _base64url(numbers.e)}
    else:
        shown |= {"kty": "EC"} | _curve_point(public)
    return shown | {"x5c": [base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()]}


def _curve_point(public: object) -> dict[str, Json]:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    if not isinstance(public, EllipticCurvePublicKey):
        return {}
    numbers, size = public.public_numbers(), (public.curve.key_size + 7) // 8
    return {"crv": f"P-{public.curve.key_size}", "x": _base64url(numbers.x, size), "y": _base64url(numbers.y, size)}


def _base64url(number: int, size: int | None = None) -> str:
    octets = number.to_bytes(size or (number.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


@lru_cache(maxsize=64)
def _header(method: str, kid: str | None) -> str:
    header = {"alg": method, **({"kid": kid} if kid else {}), "typ": "JWT"}
    return base64.urlsafe_b64encode(json.dumps(header, separators=(",", ":")).encode()).rstrip(b"=").decode()


def _signature(pem: str, method: str, message: str) -> str:
    signed: bytes = _algorithms()[method].sign(message.encode(), _private_key(pem))
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()


def _remembered_signature(pem: str, method: str, message: str) -> str:
    """Return a signature, so that what is repeated in a world whose time stands still is not signed twice."""
    digest = hashlib.sha256(f"{method} {pem} {message}".encode()).digest()
    known = _signatures.get(digest)
    if known is None:
        known = _signatures[digest] = _signature(pem, method, message)
        if len(_signatures) > _MAX_SIGNATURES:
            # Of two threads that find it full each may take one out; a bound of a memory need not be sharper.
            _signatures.pop(next(iter(_signatures)), None)
    return known


#: The latest signatures by the hash of what was signed.
_signatures: dict[bytes, str] = {}
_MAX_SIGNATURES = 512


@cache
def _algorithms() -> "dict[str, Algorithm]":
    from jwt.algorithms import get_default_algorithms

    return get_default_algorithms()


@lru_cache(maxsize=16)
def _private_key(pem: str) -> "PrivateKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise TokenError("endpoint_error", _NO_KEY, why=reason("key-unusable")) from error
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise TokenError("endpoint_error", _NO_KEY, why=reason("key-unusable"))
    return key


def _is_rsa(pem: str) -> bool:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    return isinstance(_private_key(pem), RSAPrivateKey)
