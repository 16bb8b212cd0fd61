"""wechatpy, as it comes from PyPI and with nothing overridden, at https://api.weixin.qq.com under `mockdoor exec`."""

import json
import sys
from pathlib import Path

PROGRAM = Path(__file__).parent / "python" / "call_wechatpy.py"
TEMPLATE = "NDLFwq_oBGAsSTrjQ9fKyyVmzJmHyiVbeVgJ-Rd8cb4"
SCENARIO = f"""
version: 1
miniprograms:
  wx0123456789abcdef:
    templates: {{{TEMPLATE}: [thing1, time2]}}
forbidden_words: {{赌博: 20006}}
"""
#: What wechatpy's `client.wxa` has a method for and mockdoor answers with its 404.
NOT_PLAYED_YET = {
    "add_template",
    "bind_open",
    "bind_tester",
    "change_visit_status",
    "check_image_security",
    "check_media_async",
    "commit",
    "create_open",
    "create_qrcode",
    "del_template",
    "get_audit_status",
    "get_category",
    "get_latest_audit_status",
    "get_library_template",
    "get_open",
    "get_page",
    "get_qrcode",
    "get_wxa_code",
    "list_library_templates",
    "list_templates",
    "modify_domain",
    "query_quota",
    "release",
    "revert_code_release",
    "send_template_message",
    "speed_up_audit",
    "submit_audit",
    "unbind_open",
    "unbind_tester",
    "undo_code_audit",
}


def test_wechatpy_calls_wechats_own_host_with_tokens_that_it_fetches(mockdoor_exec, tmp_path):
    scenario = tmp_path / "world.yaml"
    scenario.write_text(SCENARIO, "utf-8")

    found = json.loads(mockdoor_exec(sys.executable, PROGRAM, options=["--scenario", scenario]))

    phone, message = found.pop("phone"), found.pop("message")
    assert (sorted(phone), phone["errcode"], phone["phone_info"]["countryCode"]) == (
        ["errcode", "errmsg", "phone_info"],
        0,
        "86",
    )
    assert (sorted(message), message["errcode"]) == (["errcode", "errmsg", "msgid"], 0)
    assert set(found.pop("not played yet")) == NOT_PLAYED_YET
    assert found == {
        "token": [143, True],
        "openid": "oGk3T5CAlCtDwXsjytiLgXoWjNpT",
        "unknown code": [40029, "invalid code"],
        "good text": {"errcode": 0, "errmsg": "ok"},
        "bad text": [87014, "risky content"],
        "second message": [43101, "user refuse to accept the msg"],
        "wrong secret": [40125, "invalid appsecret"],
    }
