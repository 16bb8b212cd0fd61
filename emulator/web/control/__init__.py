"""The control API: how tests and tools steer a world, as JSON under `/_emulator/`. Source: design.md 8."""

from emulator.web.control import about, faults, inspection, journals, messages, people, state, time, worlds
from emulator.web.control.blueprint import bp

__all__ = ["about", "bp", "faults", "inspection", "journals", "messages", "people", "state", "time", "worlds"]
