"""The two .well-known documents (facts/casdoor.md 5.9)."""

from emulator.casdoor.keys import public_jwk
from emulator.casdoor.repositories import BUILT_IN_CERT, Applications, Certs
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import Application
from emulator.core.json_object import Json
from emulator.world.transaction import Transaction


def openid_configuration(tx: Transaction, *, origin: str, application: str = "") -> dict[str, Json]:
    """Return the discovery document; an unknown application gets one too.

    The front end's address differs for `localhost:8000`, as Casdoor has it in run mode dev.
    """
    version = version_of(tx)
    front = "http://localhost:7001" if origin == "http://localhost:8000" else origin
    tail = f"/{application}" if application else ""
    own_issuer = version.issuer_per_application and application
    document: dict[str, Json] = {}
    for name, value in version.tables.object("discovery").items():
        if isinstance(value, str):
            value = value.format(origin=origin, front=front, tail=tail)
        document[name] = value
    document["issuer"] = f"{origin}/.well-known/{application}" if own_issuer else origin
    return document


def key_set(tx: Transaction, *, application: str = "") -> dict[str, Json]:
    """Return the JWK set: every cert, or the one of an application that has one."""
    certs = tx.get(Certs).all()
    name = (tx.get(Applications).find(application) or Application()).cert
    chosen = [cert for cert in certs if cert.name == name] if name else certs
    certs = chosen or certs
    certs.sort(key=lambda cert: cert.name != BUILT_IN_CERT)
    return {"keys": [public_jwk(cert) for cert in certs]}
