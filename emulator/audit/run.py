"""One audit from the file to the report: its world, its server, the apps, the examination."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from emulator.audit.app import AppGone, AuditedApp
from emulator.audit.baseline import NoBaseline
from emulator.audit.description import describe
from emulator.audit.examine import Progress, examine
from emulator.audit.observer import Observer
from emulator.audit.report import Report, Text
from emulator.audit.stage import Stage
from emulator.audit.texts import text
from emulator.audit.world import audit_world
from emulator.control.service import ControlService
from emulator.runner.apps import open_apps
from emulator.runner.environment import Environment
from emulator.scenario.apps import App, served
from emulator.scenario.model import Scenario
from emulator.server.listener import Server

#: Where the world of an audit is found by an app that runs already, unless it is told otherwise.
USUAL_PORT = 8000


class Stopped(Exception):
    """An audit that learned nothing; holds why, and the last lines that the app printed."""

    def __init__(self, why: Text, output: str) -> None:
        self.why = why
        self.output = output
        super().__init__(why.en)


def run_audit(
    scenario: Scenario,
    *,
    addresses: Mapping[str, str],
    only: Iterable[str],
    skip: Mapping[str, str],
    hints: bool = False,
    port: int | None = None,
    on_server: Callable[[str], None] = lambda _url: None,
    on_progress: Progress = lambda _name, _number, _count: None,
) -> Report:
    """Examine the app of a checked scenario that has an `audit`.

    `addresses` are those of apps that run already, `hints` asks for what small apps may do without. WeChat and Casdoor
    are played at `port`; None: a free one when every app is started here, else the usual one. `on_server` hears the
    address. Raises Stopped, OSError for a port that is taken, NoEnvironment, and CannotStart.
    """
    apps = served(scenario.apps) or {name: App(name=name, url=url) for name, url in addresses.items()}
    if port is None:
        port = USUAL_PORT if any(name in addresses or app.url for name, app in apps.items()) else 0
    world = audit_world(scenario)
    with Server(world, port=port) as server:
        on_server(server.url)
        service, observer = ControlService(world), Observer(server.app)
        with _running(scenario, apps, server, addresses) as app:
            stage = Stage(
                description=describe(scenario.audit),
                service=service,
                observer=observer,
                app=app,
                variables=scenario.variables,
            )
            return _examined(stage, app, only=only, skip=skip, hints=hints, on_progress=on_progress)


@contextmanager
def _running(
    scenario: Scenario, apps: Mapping[str, App], server: Server, addresses: Mapping[str, str]
) -> Iterator[AuditedApp]:
    """Start what is to be started, with variables that lead hard-coded hosts to the server too."""
    is_started = any(name not in addresses and not app.url for name, app in apps.items())
    with Environment(server) as environment:
        variables = environment.variables() if is_started else {}
        opened = open_apps(apps, environment=variables, overrides=addresses, names=scenario.variables)
        with opened as running:
            app = AuditedApp(running[str(scenario.audit["app"])])
            app.reach()
            yield app


def _examined(
    stage: Stage,
    app: AuditedApp,
    *,
    only: Iterable[str],
    skip: Mapping[str, str],
    hints: bool,
    on_progress: Progress,
) -> Report:
    try:
        report = examine(stage, only=tuple(only), skip=skip, hints=hints, watched=app.watched, on_progress=on_progress)
        app.check()
    except AppGone as error:
        raise Stopped(error.why, app.last_output()) from error
    except NoBaseline as error:
        raise Stopped(_cause(error, app), app.last_output()) from error
    return report


def _cause(error: NoBaseline, app: AuditedApp) -> Text:
    """Return why there is no baseline; an app that has ended is the better reason."""
    try:
        app.check()
    except AppGone as gone:
        return gone.why
    what = error.what
    return text("baseline", "none", en=what.en, zh=what.zh)
