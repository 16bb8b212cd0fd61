"""GET /wxa/getpaidunionid: the unionid of somebody who has just paid (facts/wechat.md 2.11)."""

from collections.abc import Mapping
from datetime import timedelta

from emulator.core.json_object import Json
from emulator.core.phrases import time_of_day
from emulator.journal.reasons import reason
from emulator.wechat.access_tokens import caller
from emulator.wechat.call import WechatCall
from emulator.wechat.catalogue import wechat_error
from emulator.wechat.openids import user_of
from emulator.wechat.payments import Payment, Payments
from emulator.wechat.personas import Personas
from emulator.world.transaction import Transaction

#: How long after a payment its payer's unionid is given.
WINDOW = timedelta(minutes=5)


def get_paid_unionid(tx: Transaction, call: WechatCall) -> Mapping[str, Json]:
    """Answer GET /wxa/getpaidunionid.

    Raises WechatError: 40003; 40097, whose text is assumed, unless there is one of the two ways to name a payment;
    89300 for a payment that is unknown, another's, or too old; 89002 without an Open Platform account. The order is
    assumed.
    """
    program = caller(tx, call)
    persona = user_of(tx, program, call.value("openid"))
    payment = _payment(tx, call)
    if payment is None or (payment.appid, payment.persona) != (program.appid, persona):
        raise wechat_error(89300, why=reason("payment-unknown", persona=persona, appid=program.appid))
    if tx.at - payment.paid_at > WINDOW:
        why = reason("payment-too-old", paid_at=time_of_day(payment.paid_at), now=time_of_day(tx.at))
        raise wechat_error(89300, why=why)
    unionid = tx.get(Personas).unionid(program.appid, persona)
    if unionid is None:
        raise wechat_error(89002, why=reason("unionid-none", persona=persona, appid=program.appid))
    return {"unionid": unionid, "errcode": 0, "errmsg": "ok"}


def _payment(tx: Transaction, call: WechatCall) -> Payment | None:
    """Return the payment that a call names by exactly one of the two numbers."""
    transaction_id, trade = call.value("transaction_id"), (call.value("mch_id"), call.value("out_trade_no"))
    if transaction_id and not any(trade):
        return tx.get(Payments).find(transaction_id)
    if not transaction_id and all(trade):
        return tx.get(Payments).find_trade(*trade)
    raise wechat_error(40097, why=reason("payment-numbers"))
