"""The control API: how tests and tools steer a world, as JSON under `/_emulator/`. Source: design.md 8."""

from emulator.web.control import about, hosting, journals, people, planning, records, time, worlds
from emulator.web.control.blueprint import bp

__all__ = ["about", "bp", "hosting", "journals", "people", "planning", "records", "time", "worlds"]
