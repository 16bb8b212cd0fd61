"""The secrets of mini programs, and a reset one that takes its time to arrive (facts/wechat.md 6, pain 17)."""

from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from emulator.core.phrases import date_and_time
from emulator.core.reason import Reason
from emulator.journal.reasons import reason
from emulator.scenario.model import MiniProgram, scenario_of
from emulator.wechat.catalogue import wechat_error
from emulator.world.repository import Table
from emulator.world.state import State
from emulator.world.transaction import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretArrival:
    """When the new secret of a mini program has arrived at the last endpoint."""

    appid: str
    at: datetime


class SecretArrivals(Table[str, SecretArrival]):
    """The arrivals by appid; a reset begins with the world."""

    name = "secret_arrivals"
    row_kind = SecretArrival

    def __init__(self, state: State) -> None:
        super().__init__(state)
        for program in scenario_of(state).miniprograms.values():
            if program.secret_reset is not None:
                self._put(SecretArrival(appid=program.appid, at=state.clock.now() + program.secret_reset.takes))

    def key_of(self, row: SecretArrival) -> str:
        """Return the appid."""
        return row.appid


def check_secret(tx: Transaction, program: MiniProgram, given: str, *, operation: str) -> None:
    """Check a secret: until a reset has arrived at an operation the old one is good there, from then on the new one.

    Raises WechatError: 40125.
    """
    if given != _present(tx, program, operation):
        raise wechat_error(40125, why=_why(tx, program, given, operation))


def _present(tx: Transaction, program: MiniProgram, operation: str) -> str:
    reset, arrival = program.secret_reset, tx.get(SecretArrivals).find(program.appid)
    if reset is None or arrival is None:
        return program.secret
    late = fnmatchcase(operation, reset.at) and tx.at < arrival.at
    return program.secret if late else reset.new


def _why(tx: Transaction, program: MiniProgram, given: str, operation: str) -> Reason:
    reset, arrival = program.secret_reset, tx.get(SecretArrivals).find(program.appid)
    if reset is None or arrival is None or given not in (program.secret, reset.new):
        return reason("secret-wrong", appid=program.appid)
    if given == program.secret:
        return reason("secret-replaced", appid=program.appid)
    return reason("secret-not-here-yet", appid=program.appid, operation=operation, at=date_and_time(arrival.at))
