"""What the steps of one scenario share while they run: names, the journal so far, the planned faults."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.core.json_object import Json
from emulator.runner.apps import RunningApp
from emulator.runner.control import Control
from emulator.runner.mini_program import MiniPrograms
from emulator.scenario.apps import url_variable
from emulator.scenario.model import Scenario


@dataclass(kw_only=True)
class Case:
    """A scenario that runs against the server at `base`; reports name the server `shown_base`.

    `run_steps` runs steps inside a step, as a flow does, and returns whether all went well. `struck` counts how
    often each fault struck, also after it was lifted. `record` notes how a step inside a step ended, for one row.
    `apps` are those under test, `mini_programs` those that steps have opened,
    `given` makes the variables that lead a program to the server.
    """

    scenario: Scenario
    base: str
    shown_base: str
    control: Control
    names: dict[str, Any]
    run_steps: Callable[[Iterable[Any]], bool]
    is_due: Callable[[Any], bool]
    record: Callable[[Any, Mapping[str, Any], Any], None]
    apps: Mapping[str, RunningApp] = field(default_factory=dict)
    given: Callable[[], Mapping[str, str]] = dict
    mini_programs: MiniPrograms = field(default_factory=MiniPrograms)
    journal: list[Mapping[str, Json]] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    planned: list[str] = field(default_factory=list)
    _last_number: int = 0

    @property
    def idle_faults(self) -> tuple[str, ...]:
        """The planned faults that never struck."""
        return tuple(fault for fault in self.planned if not self.struck[fault])

    def app(self, name: str) -> RunningApp:
        """Return the app of a name; raises ValueError for one that does not run."""
        if name not in self.apps:
            raise ValueError(f"the app {name!r} does not run here")
        return self.apps[name]

    def environment(self) -> dict[str, str]:
        """Return the variables of the programs that steps run: those of the apps, and where each app is."""
        return {**self.given(), **self.app_urls()}

    def app_urls(self) -> dict[str, str]:
        """Return the variables that say where each app is."""
        return {url_variable(name): app.url for name, app in self.apps.items()}

    def read_journal(self) -> Mapping[str, Json] | None:
        """Fetch the exchanges since the last look, and return the first; None where there is no journal."""
        new = self.read_group()
        return new[0] if new else None

    def read_group(self) -> list[Mapping[str, Json]]:
        """Fetch the exchanges since the last look, and return them all; none where there is no journal."""
        new = self.control.journal(self._last_number)
        self.journal += new
        if new:
            number = new[-1]["number"]
            self._last_number = number if isinstance(number, int) else self._last_number
        return new

    def plan(self, fault: Mapping[str, Any]) -> None:
        """Plan a fault, and remember its id."""
        before = set(self.control.struck())
        self.control.plan(fault)
        self.planned += [name for name in self.control.struck() if name not in before]

    def clear_faults(self, fault_id: str = "") -> None:
        """Lift one fault, without an id every one."""
        self.count_strikes()
        self.control.clear_faults(fault_id)

    def reset(self) -> None:
        """Bring the world back to its scenario; what was seen of it so far stays seen."""
        self.count_strikes()
        self.control.reset()
        self._last_number = 0

    def count_strikes(self) -> None:
        """Note how often each planned fault has struck, before the faults are gone."""
        for name, times in self.control.struck().items():
            self.struck[name] = max(self.struck[name], times)
