"""Casdoor's OAuth endpoints (facts/casdoor.md 2, 5.6, 5.7)."""

from emulator.casdoor.gojson import GoJsonError, decode
from emulator.casdoor.grants import LoginRequest
from emulator.casdoor.refresh import introspect as introspect_token
from emulator.casdoor.refresh import refresh_token as refresh
from emulator.casdoor.requests import ApiRequest
from emulator.casdoor.signin import find_application, unknown_client
from emulator.casdoor.signin import login as sign_in
from emulator.casdoor.texts import text
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import Application
from emulator.core.errors import TokenError
from emulator.core.json_object import Json
from emulator.core.reason import Reason
from emulator.core.reply import Reply
from emulator.journal.reasons import reason
from emulator.web.casdoor.context import CasdoorContext
from emulator.web.casdoor.replies import bare
from emulator.web.casdoor.routes import routes

_LOGIN_FIELDS = tuple(LoginRequest.__dataclass_fields__)


@routes.add("/api/login/oauth/access_token", "POST")
def login(context: CasdoorContext, _: str) -> Reply:
    """Trade a login code for tokens."""
    if not context.request.form:
        context.tx.note("login-any-body")
    return bare(sign_in(context.tx, read_login(context.request)))


@routes.add("/api/login/oauth/refresh_token", "POST")
def refresh_token(context: CasdoorContext, _: str) -> Reply:
    """Trade a refresh token for new tokens; raises TokenError."""
    asked: ApiRequest = context.request
    names = ("grant_type", "refresh_token", "client_id", "client_secret", "scope", "resource")
    given = {name: asked.value(name) for name in names}
    if not (asked.form.get("client_id") or asked.query.get("client_id")):
        from_json = _json_texts(asked.body)
        given = {name: from_json.get(name, "") for name in names} if from_json else given
    version = version_of(context.tx)
    if not version.refresh_reads_basic:
        return bare(_refresh_without_basic(context, given))
    if not given["client_id"] and not given["client_secret"] and asked.basic is not None:
        given["client_id"] = asked.basic[0]
    if not given["client_id"] and not given["client_secret"]:
        raise TokenError("invalid_request", why=reason("parameter-missing", parameter="client_id"))
    application = find_application(context.tx, given["client_id"])
    if application is None:
        why = unknown_client(context.tx, given["client_id"])
        raise TokenError("invalid_client", text(context.tx, "bad_client"), why=why)
    if given["grant_type"] != "refresh_token":
        why = reason("grant-type-other", grant_type=given["grant_type"], expected="refresh_token")
        raise TokenError("unsupported_grant_type", "grant_type should be refresh_token", why=why)
    return bare(_refresh(context, application, given))


def _refresh_without_basic(context: CasdoorContext, given: dict[str, str]) -> dict[str, Json]:
    """Refresh as versions do that look at the grant before the client, and for that nowhere else."""
    if given["grant_type"] != "refresh_token":
        why = reason("grant-type-other", grant_type=given["grant_type"], expected="refresh_token")
        raise TokenError("unsupported_grant_type", "grant_type should be refresh_token", why=why)
    application = find_application(context.tx, given["client_id"])
    if application is None:
        why = unknown_client(context.tx, given["client_id"])
        raise TokenError("invalid_client", "client_id is invalid", why=why)
    return _refresh(context, application, given)


def _refresh(context: CasdoorContext, application: Application, given: dict[str, str]) -> dict[str, Json]:
    return refresh(
        context.tx,
        application=application,
        token=given["refresh_token"],
        client_secret=given["client_secret"],
        scope=given["scope"],
        resource=given["resource"],
    )


@routes.add("/api/login/oauth/introspect", "POST")
def introspect(context: CasdoorContext, _: str) -> Reply:
    """Show whether a token is good; raises TokenError."""
    asked: ApiRequest = context.request
    if asked.basic is not None:
        client_id, secret = asked.basic
    else:
        client_id, secret = asked.value("client_id"), asked.value("client_secret")
        if not client_id:
            given = _json_texts(asked.body)
            client_id, secret = given.get("client_id", ""), given.get("client_secret", "")
    half = not version_of(context.tx).introspect_refuses_client and asked.basic is None
    if (not client_id or not secret) if half else not (client_id or secret):
        raise TokenError("invalid_request", why=reason("parameter-missing", parameter="client_id"))
    application = find_application(context.tx, client_id)
    if application is None:
        raise _wrong_client(context, unknown_client(context.tx, client_id))
    if application.client_secret != secret:
        raise _wrong_client(context, reason("client-secret-wrong", application=application.name))
    hint = asked.value("token_type_hint")
    return bare(introspect_token(context.tx, application=application, token=asked.value("token"), hint=hint))


def _wrong_client(context: CasdoorContext, why: Reason) -> TokenError:
    """Return the refusal of a client at introspection; older versions have the sentence for the error's name."""
    said = text(context.tx, "bad_client")
    if version_of(context.tx).introspect_refuses_client:
        return TokenError("invalid_client", said, why=why)
    return TokenError(said, why=why)


def read_login(asked: ApiRequest) -> LoginRequest:
    """Return a login's parameters: form, query, multipart, then Basic, then JSON fills what is empty."""
    given = {name: asked.value(name) for name in _LOGIN_FIELDS}
    if not given["client_id"] and not given["client_secret"] and asked.basic is not None:
        given["client_id"], given["client_secret"] = asked.basic
    for name, value in _json_texts(asked.body).items():
        if name in given and not given[name]:
            given[name] = value
    return LoginRequest(**given | {"dpop": asked.dpop})


def _json_texts(body: bytes) -> dict[str, str]:
    """Return the texts of a body that is one JSON object with text values, keys in lower case; else nothing."""
    try:
        value = decode(body)
    except GoJsonError:
        return {}
    if not isinstance(value, dict):
        return {}
    given = {name.lower(): one for name, one in value.items() if one is not None}
    known = set(_LOGIN_FIELDS)
    if any(name in known and not isinstance(one, str) for name, one in given.items()):
        return {}
    return {name: one for name, one in given.items() if isinstance(one, str)}
