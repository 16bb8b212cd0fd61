"""The .well-known documents (facts/casdoor.md 5.9 and 11.7)."""

from emulator.casdoor.keys import public_jwk
from emulator.casdoor.repositories import BUILT_IN_CERT, Applications, Certs
from emulator.casdoor.user_repository import Users
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import Application
from emulator.core.errors import ApiError
from emulator.core.json_object import Json
from emulator.journal.reasons import reason
from emulator.world.transaction import Transaction


def openid_configuration(tx: Transaction, *, origin: str, application: str = "") -> dict[str, Json]:
    """Return the discovery document; an unknown application gets one too.

    The front end's address differs for `localhost:8000`, as Casdoor has it in run mode dev.
    """
    front = "http://localhost:7001" if origin == "http://localhost:8000" else origin
    tail = f"/{application}" if application else ""
    document: dict[str, Json] = {}
    for name, value in version_of(tx).tables.object("discovery").items():
        if isinstance(value, str):
            value = value.format(origin=origin, front=front, tail=tail)
        document[name] = value
    document["issuer"] = _issuer(tx, origin=origin, application=application)
    return document


def _issuer(tx: Transaction, *, origin: str, application: str) -> str:
    own = version_of(tx).issuer_per_application and application
    return f"{origin}/.well-known/{application}" if own else origin


def protected_resource(*, origin: str, application: str = "") -> dict[str, Json]:
    """Return the document of RFC 9728; an application has its own address in it, an unknown one too.

    Source: object/wellknown_oauth_prm.go in v3.158.0.
    """
    address = f"{origin}/.well-known/{application}" if application else origin
    return {
        "resource": address,
        "authorization_servers": [address],
        "bearer_methods_supported": ["header"],
        "scopes_supported": ["openid", "profile", "email", "read", "write"],
        "resource_signing_alg_values_supported": ["RS256"],
    }


def find_by_webfinger(tx: Transaction, resource: str, rels: list[str], *, application: str = "") -> dict[str, Json]:
    """Return where the user of an e-mail address signs in; raises ApiError for another resource or nobody.

    Source: object/wellknown_oidc_discovery.go in v3.158.0, GetWebFinger.
    """
    kind, colon, value = resource.partition(":")
    if not colon or ":" in value:
        raise ApiError("invalid resource", why=reason("resource-malformed", resource=resource))
    if kind != "acct":
        return {"subject": "", "links": None}
    if not any(user.email == value for user in tx.get(Users).all()) or not value:
        raise ApiError("user not found", why=reason("user-unknown", user=value))
    href = _issuer(tx, origin=tx.origin, application=application)
    links: list[Json] = [{"rel": rel, "href": href} for rel in rels if rel == _ISSUER_REL]
    return {"subject": resource, "links": links or None}


_ISSUER_REL = "http://openid.net/specs/connect/1.0/issuer"


def key_set(tx: Transaction, *, application: str = "") -> dict[str, Json]:
    """Return the JWK set: every cert, or the one of an application that has one."""
    certs = tx.get(Certs).all()
    name = (tx.get(Applications).find(application) or Application()).cert
    chosen = [cert for cert in certs if cert.name == name] if name else certs
    certs = chosen or certs
    certs.sort(key=lambda cert: cert.name != BUILT_IN_CERT)
    return {"keys": [public_jwk(cert) for cert in certs]}
