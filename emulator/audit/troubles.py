"""The troubles that a login is put to: facts/login-rules.md 2."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from emulator.audit.stage import Stage

Kind = Literal["none", "client", "server", "other"]


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One trouble: whose fault it is, what it needs, and how it is staged.

    `client` means a bad code or a person who may not log in, `server` that WeChat or Casdoor fail. `needs` names what
    the description or the backend has to have (see `emulator.audit.needs`). A `last` one may shut the backend's door to
    us, so that nothing can follow it. None moves the clock: the backend's own would fall behind, and it would be right
    to refuse what seems to come from its future. Its title stands in `data/audit/troubles.json`.
    """

    id: str
    kind: Kind
    stage: Callable[[Stage], None]
    needs: tuple[str, ...] = ()
    last: bool = False


_ALL: dict[str, Trouble] = {}
#: Every trouble by its id, in the order in which they are staged.
TROUBLES: Mapping[str, Trouble] = MappingProxyType(_ALL)


def trouble(
    trouble_id: str, kind: Kind, *, needs: tuple[str, ...] = (), last: bool = False
) -> Callable[[Callable[[Stage], None]], Callable[[Stage], None]]:
    """Register a function that stages a trouble."""

    def register(stage: Callable[[Stage], None]) -> Callable[[Stage], None]:
        if trouble_id in _ALL:
            raise ValueError(f"two troubles have the id {trouble_id!r}")
        _ALL[trouble_id] = Trouble(id=trouble_id, kind=kind, stage=stage, needs=needs, last=last)
        return stage

    return register
