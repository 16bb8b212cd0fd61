"""Casdoor's side of the application."""

from flask import Flask, Response, request

from emulator.core.errors import ApiError, Panic, TokenError
from emulator.web.casdoor import accounts, filters, oauth, objects, replies
from emulator.web.casdoor.blueprint import bp

__all__ = ["accounts", "install", "oauth", "objects"]

_OTHERS = ("/_emulator/", "/sns/", "/cgi-bin/", "/wxa/")


def install(app: Flask) -> None:
    """Add Casdoor: its routes, its filters for whatever is not WeChat's or the control API's, its errors."""
    app.register_blueprint(bp)
    app.before_request(_before)
    app.after_request(filters.after)
    app.register_error_handler(TokenError, replies.show_token_error)
    app.register_error_handler(ApiError, replies.show_api_error)
    app.register_error_handler(Panic, replies.show_panic)
    for status in (404, 405):
        app.register_error_handler(status, filters.show_routing_error)


def _before() -> Response | None:
    if f"{request.path}/".startswith(_OTHERS) or (request.blueprint or "casdoor") != "casdoor":
        return None
    return filters.before()
