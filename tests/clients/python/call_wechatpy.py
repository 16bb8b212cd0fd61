"""wechatpy, as it comes from PyPI, at WeChat's own host: no address and no token is given to it."""

import inspect
import json
import os
import re

import requests
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatException

HOST = "https://api.weixin.qq.com"
TEMPLATE = "NDLFwq_oBGAsSTrjQ9fKyyVmzJmHyiVbeVgJ-Rd8cb4"
DATA = {"thing1": {"value": "两杯拿铁"}, "time2": {"value": "2026-01-01 16:00"}}


def main():
    """Print one JSON object: what each call gave, or what wechatpy raised."""
    client = WeChatClient(os.environ["WECHAT_APPID"], os.environ["WECHAT_SECRET"])
    session = client.wxa.code_to_session("bob")
    phone_code = control("phone-codes", persona="bob")["code"]
    control("permits", persona="bob", template=TEMPLATE)
    found = {
        "token": [len(client.access_token), client.access_token == client.access_token],
        "openid": session["openid"],
        "unknown code": given(client.wxa.code_to_session, "nobody"),
        "good text": given(client.wxa.check_text_security, "你好"),
        "bad text": given(client.wxa.check_text_security, "来赌博吧"),
        "phone": given(client.post, f"{HOST}/wxa/business/getuserphonenumber", data={"code": phone_code}),
        "message": given(client.wxa.send_subscribe_message, session["openid"], TEMPLATE, DATA),
        "second message": given(client.wxa.send_subscribe_message, session["openid"], TEMPLATE, DATA),
        "wrong secret": given(WeChatClient(client.appid, "wrong").fetch_access_token),
        "not played yet": [name for name, call in inspect.getmembers(client.wxa, inspect.ismethod) if is_missing(call)],
    }
    print(json.dumps(found))


def control(path, **asked):
    """Make a control call and return its JSON."""
    return requests.post(f"{os.environ['MOCKDOOR_URL']}/_emulator/{path}", json=asked, timeout=5).json()


def given(call, *words, **named):
    """Return what a call gives, or errcode and errmsg of what it raises."""
    try:
        return call(*words, **named)
    except WeChatException as error:
        return [error.errcode, re.split(r",? (?:rid|hint): ", error.errmsg)[0]]


def is_missing(call):
    """Return whether a method of wechatpy, called with texts, is answered 404."""
    if call.__name__.startswith("_"):
        return False
    needed = [one for one in inspect.signature(call).parameters.values() if one.default is one.empty]
    try:
        call(*["x"] * len(needed))
    except WeChatException as error:
        return error.response.status_code == 404
    return False


main()
