"""What tests get from the pytest plugin: a server for the session, a world for each test."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from emulator.control.service import ControlService, known_profile
from emulator.control.worlds import open_world
from emulator.core.json_object import Json
from emulator.faults.effects import Fault
from emulator.journal.exchange import Exchange
from emulator.journal.journal import Journal
from emulator.journal.serialize import serialize_exchange
from emulator.runner.app_handle import AppHandle, open_handles
from emulator.runner.app_pool import AppPool
from emulator.runner.results import CaseResult
from emulator.runner.run import run_scenario
from emulator.scenario import find, load, load_default
from emulator.scenario.apps import served, unknown_app
from emulator.scenario.model import Scenario, scenario_of
from emulator.server.listener import Server
from emulator.web.lifecycle import app_state
from emulator.web.world_path import MAIN
from emulator.wechat.personas import Personas
from emulator.wechat.subscribe_messages import Permit, SubscribeMessage
from emulator.world.world import World

_NUMBERS = count(1)
_SERVER = pytest.StashKey[Server]()
_POOL = pytest.StashKey[AppPool]()


class Mockdoor:
    """One test's world: its address, and the means to drive and to question it.

    `url` is what CASDOOR_HOSTNAME and the WeChat base address are set to; `world` is the world itself.
    """

    def __init__(self, world: World, url: str, *, apps: "Callable[[], Mapping[str, AppHandle]]" = dict) -> None:
        self.world = world
        self.url = url
        self.service = ControlService(world)
        self._apps = apps

    def app(self, name: str) -> AppHandle:
        """Return an app of the scenario, started with the first test that asks for one; it calls this test's world.

        Raises ValueError for an app that the scenario does not name, CannotStart for one that does not start.
        """
        known = served(scenario_of(self.world.state).apps)
        if name not in known:
            raise ValueError(unknown_app(name, known))
        return self._apps()[name]

    def login_code(self, persona: str = "", *, appid: str = "") -> str:
        """Play wx.login: return a code of a persona (default: the one signed in), good for 5 minutes and once.

        Raises ValueError for an unknown persona or appid.
        """
        return self.service.issue_login_code(persona=persona, appid=appid).code

    def phone_code(self, persona: str = "", *, appid: str = "") -> str:
        """Play the getPhoneNumber button: return a code of a persona (default: the one signed in).

        It is good for 5 minutes and once. Raises ValueError for an unknown persona or appid.
        """
        return self.service.issue_phone_code(persona=persona, appid=appid).code

    def permit(self, persona: str = "", *, template: str, appid: str = "") -> Permit:
        """Play wx.requestSubscribeMessage accepted: a persona (default: the one signed in) permits one message more.

        Returns the permit, whose `left` counts what may be sent now. Raises ValueError for an unknown persona, appid or
        template.
        """
        return self.service.give_permit(persona=persona, appid=appid, template=template)

    def messages(self, persona: str = "") -> list[SubscribeMessage]:
        """Return the subscribe messages that were sent to a persona (default: to everybody), oldest first.

        Raises ValueError for an unknown persona, to whom nothing could have been sent.
        """
        names = self.world.state.get(Personas).names()
        if persona and persona not in names:
            raise ValueError(f"unknown persona {persona!r}; there are: {', '.join(names)}")
        return [one for one in self.service.messages() if persona in ("", one.persona)]

    def fault(self, at: str, **fields: Any) -> Fault:
        """Plan a fault, written as in a scenario: `fault("wechat.code2session", error=-1, times=1)`.

        Raises ValueError for a fault that the schema refuses, or whose id is taken. `for_` stands for
        `for`.
        """
        return self.service.plan_fault({"at": at} | {name.removesuffix("_"): value for name, value in fields.items()})

    def advance(self, by: str | timedelta) -> datetime:
        """Let time pass for codes, tokens, faults and the journal; return the new instant."""
        return self.service.advance(by).now

    def reset(self) -> None:
        """Go back to the scenario."""
        self.service.reset()

    @property
    def exchanges(self) -> list[Exchange]:
        """Every exchange so far, oldest first."""
        return self.service.exchanges()

    @property
    def journal(self) -> list[Mapping[str, Any]]:
        """Every exchange so far as `GET /_emulator/journal` shows it."""
        return [serialize_exchange(one) for one in self.exchanges]

    def assert_called(self, operation: str, *, times: int | None = None, when: Mapping[str, Any] | None = None) -> None:
        """Assert that an operation, or a pattern such as `wechat.*`, was called `times` times (default: at least once).

        Calls that Casdoor made to WeChat count too; `when` holds facts as in a scenario's `verify`, such as
        `{"errcode": 40029}`. Raises AssertionError, and ValueError for an operation or a fact that does not exist.
        """
        count: Json = {"$at_least": 1} if times is None else times
        verdict = self.service.verify({"operation": operation, "when": dict(when or {}), "count": count})
        if not verdict.ok:
            raise AssertionError("\n".join([str(verdict.why), *(f"  {one}" for one in verdict.nearest)]))


def start_server() -> Server:
    """Return a server on a free port, not yet started; its main world is the default one."""
    return Server(open_world(load_default(), wall=_wall), port=0)


@contextmanager
def hosted_world(
    server: Server, *, scenario: str | None, profile: str | None, folder: Path, pool: AppPool
) -> Iterator[Mockdoor]:
    """Put a world of its own onto the server for the length of a test.

    `scenario` is a file, relative to `folder`, or a shipped one's name. Its apps are kept in `pool` from test to test
    and know the server's own address, so a world with apps is also found there meanwhile. Raises Refused for an unknown
    profile. A bug of the emulator that the test's client may have swallowed fails the test at its end.
    """
    name = f"t{next(_NUMBERS)}"
    world = open_world(_scenario(scenario, folder), wall=_wall, name=name, profile=profile and known_profile(profile))
    worlds = app_state(server.app).worlds
    main = worlds[MAIN]
    worlds[name] = world
    if served(scenario_of(world.state).apps):
        worlds[MAIN] = world
    try:
        yield Mockdoor(
            world, f"{server.url}/@{name}", apps=lambda: open_handles(pool, pool.environments(server), world)
        )
    finally:
        worlds[MAIN] = main
        del worlds[name]
    bugs = [
        str(one.why)
        for one in world.state.get(Journal).exchanges()
        if one.reply.status == 500 and one.why is not None and one.why.id == "emulator-bug"
    ]
    if bugs:
        pytest.fail(bugs[0])


def run_in_session(config: pytest.Config, scenario: Scenario) -> CaseResult:
    """Run a scenario on the server that this process keeps for its scenario files."""
    if _SERVER not in config.stash:
        server = start_server().start()
        config.stash[_SERVER] = server
        config.add_cleanup(server.stop)
        config.stash[_POOL] = AppPool()
        config.add_cleanup(config.stash[_POOL].end)
    server, pool = config.stash[_SERVER], config.stash[_POOL]
    return run_scenario(scenario, scenario.profile, server=server, environments=pool.environments(server), pool=pool)


def _scenario(name: str | None, folder: Path) -> Scenario:
    if name is None:
        return load_default()
    local = folder / name
    return load(local if local.is_file() else find(name))


def _wall() -> datetime:
    return datetime.now(UTC)
