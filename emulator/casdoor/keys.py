"""Certs: signing tokens with them and showing their public half."""

import base64
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from emulator.casdoor.gojson import encode
from emulator.core.errors import TokenError
from emulator.core.json_object import Json, JsonObject
from emulator.world.world import BUILT_IN_CERT, World

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from jwt.api_jws import PyJWS

    PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey

_CURVE_METHODS = frozenset({"ES256", "ES384", "ES512"})
_METHODS = _CURVE_METHODS | {"RS512"}


def cert_of(world: World, application: JsonObject) -> JsonObject:
    """Return the cert that an application signs with; an empty name means `cert-built-in`.

    Raises TokenError when there is none of that name (facts/casdoor.md 2.4).
    """
    name = application.text("cert") or BUILT_IN_CERT
    cert = world.state.certs.get(name)
    if cert is None:
        raise TokenError("endpoint_error", f'generate jwt token error: The cert "{name}" does not exist')
    return cert


def signing_method(application: JsonObject, cert: JsonObject) -> str:
    """Return the algorithm: the application's, RS256 for an empty or unknown one (facts/casdoor.md 3).

    Raises TokenError for an elliptic-curve method with an RSA key.
    """
    method = application.text("tokenSigningMethod")
    chosen = method if method in _METHODS else "RS256"
    if chosen in _CURVE_METHODS and _is_rsa(cert.text("privateKey")):
        text = "x509: failed to parse private key (use ParsePKCS1PrivateKey instead for this key format)"
        raise TokenError("endpoint_error", f"generate jwt token error: {text}")
    return chosen


def sign(claims: dict[str, Json], cert: JsonObject, *, method: str, kid: str | None) -> str:
    """Return a JWT; the payload is compact JSON with Go's escapes, header keys are sorted."""
    headers = {"kid": kid} if kid else None
    key = _private_key(cert.text("privateKey"))
    payload = encode(claims, indent=None).encode()
    return _signer().encode(payload, key, algorithm=method, headers=headers, sort_headers=True)


def public_jwk(cert: JsonObject) -> Json:
    """Return a cert as an entry of a JWK set, with its certificate in x5c (facts/casdoor.md 5.9)."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import Encoding

    certificate = x509.load_pem_x509_certificate(cert.text("certificate").encode())
    shown: dict[str, Json] = {"use": "sig", "kty": "RSA", "kid": cert.name, "alg": cert.text("cryptoAlgorithm")}
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


@cache
def _signer() -> "PyJWS":
    from jwt.api_jws import PyJWS

    return PyJWS()


@lru_cache(maxsize=16)
def _private_key(pem: str) -> "PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise TypeError("a cert needs an RSA or an elliptic-curve key")
    return key


def _is_rsa(pem: str) -> bool:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    return isinstance(_private_key(pem), RSAPrivateKey)
