"""Casdoor's endpoints for applications, organizations and health (facts/casdoor.md 5.9)."""

from emulator.casdoor.access import split_id
from emulator.casdoor.applications import get_app_login as app_login_of
from emulator.casdoor.applications import get_application as application_of
from emulator.casdoor.applications import get_organization as organization_of
from emulator.casdoor.versions import version_of
from emulator.core.json_object import JsonObject
from emulator.core.reply import Reply
from emulator.web.casdoor.context import CasdoorContext
from emulator.web.casdoor.replies import ok
from emulator.web.casdoor.routes import routes


@routes.add("/api/health", "GET")
def health(_context: CasdoorContext, _: str) -> Reply:
    """Show that Casdoor is alive."""
    return ok()


@routes.add("/api/get-version-info", "GET")
def get_version_info(context: CasdoorContext, _: str) -> Reply:
    """Show the version that the profile plays."""
    return ok({"version": version_of(context.tx).name, "commitId": "", "commitOffset": 0})


@routes.add("/api/get-application", "GET")
def get_application(context: CasdoorContext, _: str) -> Reply:
    """Show an application."""
    owner, name = split_id(context.query("id"), early=False)
    return ok(application_of(context.tx, context.caller, owner=owner, name=name))


@routes.add("/api/get-organization", "GET")
def get_organization(context: CasdoorContext, _: str) -> Reply:
    """Show an organization."""
    owner, name = split_id(context.query("id"), early=False)
    return ok(organization_of(context.tx, context.caller, owner=owner, name=name))


@routes.add("/api/get-app-login", "GET")
def get_app_login(context: CasdoorContext, _: str) -> Reply:
    """Show the application that a login page asks for."""
    return ok(app_login_of(context.tx, JsonObject(context.request.query)))
