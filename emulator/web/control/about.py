"""Control calls about the emulator itself, and the answer to calls that do not exist."""

import re

from flask import Response, current_app, request

from emulator.web.control.blueprint import bp, control
from emulator.web.responses import json_response, problem


@bp.get("/notes")
def list_notes() -> Response:
    """List every place where production differs."""
    from emulator.journal.notes import catalogue

    return json_response({"notes": [vars(note) for note in catalogue().values()]})


@bp.get("/schema.json")
def show_schema() -> Response:
    """Show the JSON Schema of scenario files."""
    from emulator.scenario import schema

    return json_response(schema())


@bp.get("/openapi.json")
def show_openapi() -> Response:
    """Describe every endpoint, imitated ones included."""
    from emulator.web.control.openapi import openapi

    return json_response(openapi(control().url))


@bp.route("/", defaults={"rest": ""}, methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@bp.route("/<path:rest>", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def unknown(rest: str) -> Response:
    """Answer what no other call does, by listing the calls that there are."""
    calls = _calls()
    path = f"{bp.url_prefix}/{rest.rstrip('/')}"
    allowed = sorted(method for method, known in calls if _fits(known, path))
    if not allowed:
        listed = [f"{method} {known}" for method, known in calls]
        return problem(404, "not_found", f"there is no control call {path!r}", calls=listed)
    refused = problem(405, "method_not_allowed", f"{path} takes {' and '.join(allowed)}, not {request.method}")
    refused.headers["Allow"] = ", ".join(allowed)
    return refused


def _fits(rule: str, path: str) -> bool:
    """Return whether a path is one of a rule such as `/_emulator/worlds/<name>`."""
    return re.fullmatch(re.sub("<[^>]+>", "[^/]+", rule), path) is not None


def _calls() -> list[tuple[str, str]]:
    rules = [rule for rule in current_app.url_map.iter_rules() if rule.endpoint.startswith("control.")]
    named = [rule for rule in rules if rule.endpoint != "control.unknown"]
    methods = ("GET", "POST", "PUT", "DELETE")
    return sorted(
        (
            (method, re.sub("<[a-z]+:", "<", rule.rule))
            for rule in named
            for method in methods
            if method in (rule.methods or ())
        ),
        key=lambda call: (call[1], call[0]),
    )
