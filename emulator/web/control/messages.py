"""Control calls about what a mini program asks its user for: permits of subscribe messages, and payments."""

from flask import Response

from emulator.core.json_object import Json
from emulator.journal.serialize import instant
from emulator.web.control import fields
from emulator.web.control.blueprint import bp, control
from emulator.web.responses import json_response
from emulator.wechat.subscribe_messages import SubscribeMessage


@bp.post("/permits")
def play_subscribe_request() -> Response:
    """Play wx.requestSubscribeMessage accepted: one message of a template may be sent."""
    given = fields.read("persona", "template", "appid")
    template = fields.text(given, "template", required=True)
    persona, appid = fields.text(given, "persona") or control().signed_in, fields.text(given, "appid")
    permit = control().service.give_permit(persona=persona, appid=appid, template=template)
    shown: dict[str, Json] = {
        "persona": permit.persona,
        "appid": permit.appid,
        "template": permit.template,
        "left": permit.left,
    }
    return json_response(shown)


@bp.get("/messages")
def list_messages() -> Response:
    """List the subscribe messages that were sent, the latest first."""
    return json_response({"messages": [_message(one) for one in reversed(control().service.messages())]})


@bp.post("/payments")
def play_payment() -> Response:
    """Play wx.requestPayment: give out the numbers of a payment."""
    from emulator.wechat.paid_unionids import WINDOW

    given = fields.read("persona", "appid")
    persona, appid = fields.text(given, "persona") or control().signed_in, fields.text(given, "appid")
    payment = control().service.pay(persona=persona, appid=appid)
    shown: dict[str, Json] = {
        "persona": payment.persona,
        "appid": payment.appid,
        "transaction_id": payment.transaction_id,
        "mch_id": payment.mch_id,
        "out_trade_no": payment.out_trade_no,
        "expires_at": instant(payment.paid_at + WINDOW),
    }
    return json_response(shown)


def _message(message: SubscribeMessage) -> Json:
    return {
        "msgid": str(message.msgid),
        "persona": message.persona,
        "appid": message.appid,
        "template": message.template,
        "data": dict(message.data),
        "page": message.page,
        "miniprogram_state": message.state,
        "at": instant(message.at),
    }
