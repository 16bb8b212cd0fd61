"""The emulator as one Flask application."""

from flask import Flask

from emulator.web.lifecycle import Application
from emulator.world.world import World


def create_app(world: World) -> Flask:
    """Return the application that plays WeChat and Casdoor for a world, with the control API under `/_emulator/`."""
    from emulator.web import console, control
    from emulator.web.casdoor import CasdoorDialect
    from emulator.web.wechat import WechatDialect

    app = Application(world, (WechatDialect(), CasdoorDialect()))
    console.install(app)
    app.register_blueprint(control.bp)
    return app
