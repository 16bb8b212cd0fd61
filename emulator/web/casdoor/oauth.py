"""Casdoor's OAuth endpoints (facts/casdoor.md 2, 5.6, 5.7)."""

from emulator.casdoor.gojson import GoJsonError, decode
from emulator.casdoor.grants import LoginRequest
from emulator.casdoor.refresh import introspect as introspect_token
from emulator.casdoor.refresh import refresh_token as refresh
from emulator.casdoor.requests import ApiRequest
from emulator.casdoor.signin import find_application, unknown_client
from emulator.casdoor.signin import login as sign_in
from emulator.casdoor.texts import text
from emulator.core.errors import TokenError
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
    return bare(
        refresh(
            context.tx,
            application=application,
            token=given["refresh_token"],
            client_secret=given["client_secret"],
            scope=given["scope"],
            resource=given["resource"],
        )
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
    if not client_id and not secret:
        raise TokenError("invalid_request", why=reason("parameter-missing", parameter="client_id"))
    application = find_application(context.tx, client_id)
    if application is None:
        why = unknown_client(context.tx, client_id)
        raise TokenError("invalid_client", text(context.tx, "bad_client"), why=why)
    if application.client_secret != secret:
        why = reason("client-secret-wrong", application=application.name)
        raise TokenError("invalid_client", text(context.tx, "bad_client"), why=why)
    hint = asked.value("token_type_hint")
    return bare(introspect_token(context.tx, application=application, token=asked.value("token"), hint=hint))


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
