"""Casdoor's documents for clients that find out by themselves (facts/casdoor.md 5.9 and 11.7)."""

from urllib.parse import unquote_plus

from emulator.casdoor.discovery import find_by_webfinger, key_set, protected_resource
from emulator.casdoor.discovery import openid_configuration as configuration_of
from emulator.casdoor.signin import find_application
from emulator.casdoor.texts import text
from emulator.casdoor.versions import version_of
from emulator.core.reply import Reply
from emulator.web.casdoor.context import CasdoorContext
from emulator.web.casdoor.replies import bare, not_played
from emulator.web.casdoor.routes import routes


@routes.add("/.well-known/openid-configuration", "GET")
@routes.add("/.well-known/oauth-authorization-server", "GET")
@routes.add("/.well-known/<application>/oauth-authorization-server", "GET")
@routes.add("/.well-known/<application>/openid-configuration", "GET")
def openid_configuration(context: CasdoorContext, application: str) -> Reply:
    """Show the discovery document."""
    if version_of(context.tx).leniencies:
        context.tx.note("origin-from-host")
    return bare(configuration_of(context.tx, origin=context.tx.origin, application=application))


@routes.add("/.well-known/jwks", "GET", "POST", "PUT", "DELETE", "PATCH")
@routes.add("/.well-known/<application>/jwks", "GET", "POST", "PUT", "DELETE", "PATCH")
def jwks(context: CasdoorContext, application: str) -> Reply:
    """Show the public keys."""
    return bare(key_set(context.tx, application=application))


@routes.add("/.well-known/oauth-protected-resource", "GET")
@routes.add("/.well-known/<application>/oauth-protected-resource", "GET")
def oauth_protected_resource(context: CasdoorContext, application: str) -> Reply:
    """Show which server gives out tokens for this one."""
    return bare(protected_resource(origin=context.tx.origin, application=application))


@routes.add("/.well-known/webfinger", "GET")
@routes.add("/.well-known/<application>/webfinger", "GET")
def webfinger(context: CasdoorContext, application: str) -> Reply:
    """Show where the person behind an e-mail address signs in."""
    pairs = (part.partition("=") for part in context.target.partition("?")[2].split("&"))
    rels = [unquote_plus(value) for name, _, value in pairs if unquote_plus(name).startswith("rel")]
    resource = context.query("resource")
    return bare(find_by_webfinger(context.tx, resource, rels, application=application))


@routes.add("/api/device-auth", "POST")
def device_auth(context: CasdoorContext, _: str) -> Reply:
    """Refuse a device, as Casdoor does where the application has no device login."""
    application = find_application(context.tx, context.request.value("client_id"))
    if application is None:
        unknown = text(context.tx, "bad_client_id")
        return bare({"error": unknown, "error_description": unknown})
    if not any(method.name == "Device login" for method in application.rows("signinMethods")):
        refusal = "device login is not enabled for this application"
        return bare({"error": "unauthorized_client", "error_description": refusal})
    return not_played(context)
