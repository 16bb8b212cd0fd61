"""Payments that were played, as far as WeChat's login side looks at them (facts/wechat.md 2.11)."""

from dataclasses import dataclass
from datetime import datetime

from emulator.core.derive import derive
from emulator.wechat.one_time_codes import known_program
from emulator.world.repository import Table
from emulator.world.state import State
from emulator.world.transaction import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment:
    """A payment in a mini program under WeChat's number, and under the merchant's own."""

    transaction_id: str
    mch_id: str
    out_trade_no: str
    appid: str
    persona: str
    paid_at: datetime

    @property
    def numbers(self) -> dict[str, str]:
        """The numbers by which WeChat and the merchant know it."""
        return {"transaction_id": self.transaction_id, "mch_id": self.mch_id, "out_trade_no": self.out_trade_no}


class Payments(Table[str, Payment]):
    """The payments by WeChat's number."""

    name = "payments"
    row_kind = Payment

    def __init__(self, state: State) -> None:
        super().__init__(state, bound=state.limits.payments)

    def key_of(self, row: Payment) -> str:
        """Return WeChat's number."""
        return row.transaction_id

    def add(self, payment: Payment) -> None:
        """Keep a payment."""
        with self.lock:
            self._put(payment)

    def find_trade(self, mch_id: str, out_trade_no: str) -> Payment | None:
        """Return the payment of a merchant's number, the latest where a merchant gave it twice."""
        found = (one for one in reversed(self.all()) if (one.mch_id, one.out_trade_no) == (mch_id, out_trade_no))
        return next(found, None)


def pay(tx: Transaction, *, persona: str, appid: str) -> Payment:
    """Play wx.requestPayment: let a persona pay in a mini program. Raises ValueError for an unknown one of either.

    The numbers have the length of WeChat Pay's: 28 digits, 10 digits, 32 characters at most (assumed).
    """
    known_program(tx, persona=persona, appid=appid)
    number, day = tx.count("payment"), tx.at.strftime("%Y%m%d")
    payment = Payment(
        transaction_id=f"42000{_digits(tx, 5, 'batch', number)}{day}{_digits(tx, 10, 'transaction', number)}",
        mch_id=f"1{_digits(tx, 9, 'merchant', appid)}",
        out_trade_no=f"{day}{_digits(tx, 16, 'trade', number)}",
        appid=appid,
        persona=persona,
        paid_at=tx.at,
    )
    tx.get(Payments).add(payment)
    return payment


def _digits(tx: Transaction, length: int, *parts: str | int) -> str:
    return f"{int.from_bytes(derive(tx.seed, 'payment', *parts)[:16]) % 10**length:0{length}}"
