"""The world that an audit puts a backend into."""

from dataclasses import replace
from datetime import UTC, datetime

from emulator.audit.stagings.codes import FOREIGN_APPID
from emulator.control.worlds import open_world
from emulator.scenario.model import MiniProgram, Scenario
from emulator.world.world import World


def audit_world(scenario: Scenario) -> World:
    """Return a world of a scenario's that runs with the machine's clock, knows a second mini program and is strict.

    Lenient codes and faults of the file would hide findings; tokens have to be fresh by the backend's own clock.
    """
    programs = dict(scenario.miniprograms)
    programs[FOREIGN_APPID] = MiniProgram(appid=FOREIGN_APPID, secret="f0" * 16)
    examined = replace(scenario, strict_codes=True, faults=(), clock=None, miniprograms=programs)
    return open_world(examined, wall=lambda: datetime.now(UTC))
