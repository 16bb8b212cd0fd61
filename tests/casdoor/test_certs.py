"""The user's own certificate, pasted from a real init_data.json."""

import base64
import json
from datetime import UTC, datetime

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from emulator.control.worlds import open_world
from emulator.scenario import load
from emulator.web import create_app

CLIENT = "6825f4f0af45554c8952"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def pair(key):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mine")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(NOW).not_valid_after(NOW.replace(year=2036))
    certificate = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    return {"certificate": certificate.public_bytes(Encoding.PEM).decode(), "privateKey": private}


@pytest.mark.parametrize(
    ("make_key", "method"),
    [
        pytest.param(lambda: rsa.generate_private_key(65537, 2048), "RS256", id="RSA"),
        pytest.param(lambda: rsa.generate_private_key(65537, 2048), "RS512", id="RSA with RS512"),
        pytest.param(lambda: ec.generate_private_key(ec.SECP256R1()), "ES256", id="elliptic curve"),
    ],
)
def test_tokens_verify_with_the_users_own_certificate(tmp_path, make_key, method):
    own = pair(make_key())
    cert = {"owner": "admin", "name": "mine", "cryptoAlgorithm": method} | own
    (tmp_path / "init_data.json").write_text(json.dumps({"certs": [cert]}))
    path = tmp_path / "own.scenario.yaml"
    path.write_text(
        "version: 1\ninit_data: init_data.json\nclock: 2026-02-01T00:00:00Z\n"
        f"applications:\n  app-docs: {{cert: mine, tokenSigningMethod: {method}}}\n"
    )
    client = create_app(open_world(load(path), wall=lambda: NOW)).test_client(use_cookies=False)

    form = {"tag": "wechat_miniprogram", "client_id": CLIENT, "code": "alice"}
    token = client.post("/api/login/oauth/access_token", data=form).get_json()["access_token"]
    keys = client.get("/.well-known/app-docs/jwks").get_json()["keys"]

    public = x509.load_pem_x509_certificate(own["certificate"].encode()).public_key()
    claims = jwt.decode(
        token,
        public,
        algorithms=[method],
        audience=CLIENT,
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )
    assert claims["azp"] == CLIENT
    assert (jwt.get_unverified_header(token)["kid"], [key["kid"] for key in keys]) == ("mine", ["mine"])
    assert x509.load_der_x509_certificate(base64.b64decode(keys[0]["x5c"][0])).public_key() == public
    published = jwt.PyJWK.from_dict(keys[0]).key
    assert published == public
