"""The emulator as one Flask application."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from emulator.web import lifecycle as frame
from emulator.world.world import World


class Application(Flask):
    """A Flask application none of whose functions is a coroutine, so that it need not ask at every call."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function itself: Flask would look five times a request whether it is one to await."""
        return func


def create_app(world: World) -> Flask:
    """Return the application that plays WeChat and Casdoor for a world, with the control API under `/_emulator/`."""
    from emulator.web import casdoor, console, control
    from emulator.web.wechat import views as wechat

    app = bare_app(world)
    console.install(app)
    app.register_blueprint(control.bp)
    app.register_blueprint(wechat.bp)
    casdoor.install(app)
    return app


def bare_app(world: World) -> Flask:
    """Return an application with the frame alone: worlds, journal and notes, but no routes yet."""
    app = Application(__name__, static_folder=None, template_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.config["MAX_FORM_MEMORY_SIZE"] = frame.MAX_REQUEST
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    frame.install(app, world)
    return app
