"""Casdoor's endpoints for applications, organizations, discovery and health (facts/casdoor.md 5.9)."""

from flask import Response, g

from emulator.casdoor.access import caller_of, split_id
from emulator.casdoor.applications import get_app_login as app_login_of
from emulator.casdoor.applications import get_application as application_of
from emulator.casdoor.applications import get_organization as organization_of
from emulator.casdoor.discovery import key_set
from emulator.casdoor.discovery import openid_configuration as configuration_of
from emulator.casdoor.profiles import profile_of
from emulator.core.json_object import JsonObject
from emulator.web.casdoor.blueprint import bp
from emulator.web.casdoor.replies import bare, ok


@bp.get("/api/health")
def health() -> Response:
    """Tell that Casdoor is alive."""
    return ok()


@bp.get("/api/get-version-info")
def get_version_info() -> Response:
    """Show the version that the profile plays."""
    return ok({"version": profile_of(g.world).version, "commitId": "", "commitOffset": 0})


@bp.get("/api/get-application")
def get_application() -> Response:
    """Show an application."""
    owner, name = split_id(g.casdoor.query.get("id", ""), early=False)
    return ok(application_of(g.world, caller_of(g.session), owner=owner, name=name))


@bp.get("/api/get-organization")
def get_organization() -> Response:
    """Show an organization."""
    owner, name = split_id(g.casdoor.query.get("id", ""), early=False)
    return ok(organization_of(g.world, g.call, caller_of(g.session), owner=owner, name=name))


@bp.get("/api/get-app-login")
def get_app_login() -> Response:
    """Show the application that a login page asks for."""
    return ok(app_login_of(g.world, g.call, JsonObject(g.casdoor.query)))


@bp.get("/.well-known/openid-configuration")
@bp.get("/.well-known/<application>/openid-configuration")
def openid_configuration(application: str = "") -> Response:
    """Show the discovery document."""
    if g.world.profile == "docs":
        g.call.note("origin-from-host")
    return bare(configuration_of(g.world, origin=g.call.origin, application=application))


@bp.route("/.well-known/jwks", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
@bp.route("/.well-known/<application>/jwks", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
def jwks(application: str = "") -> Response:
    """Show the public keys."""
    return bare(key_set(g.world, application=application))
