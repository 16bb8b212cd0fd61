"""POST /wxa/msg_sec_check: whether a text may be shown (facts/wechat.md 2.8)."""

from collections.abc import Mapping
from datetime import timedelta

from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason
from emulator.scenario.model import MiniProgram, scenario_of
from emulator.wechat.access_tokens import caller
from emulator.wechat.call import WechatCall
from emulator.wechat.catalogue import wechat_error
from emulator.wechat.openids import user_of
from emulator.wechat.personas import Personas
from emulator.wechat.responses import rid_of
from emulator.wechat.session_keys import SessionKeys
from emulator.world.transaction import Transaction

#: How long after a login a user counts as a visitor.
VISIT = timedelta(hours=2)
MAX_CONTENT = 2500
NORMAL = 100
_SCENES = (1, 2, 3, 4)
_CHECKED = ("content", "title", "nickname", "signature")


def check_content(tx: Transaction, call: WechatCall) -> Mapping[str, Json]:
    """Answer POST /wxa/msg_sec_check by the words that the scenario forbids.

    Raises WechatError: 47001 for what is not such a request, 40129 for another scene, 40003, 43104, and 61010 for a
    user who has not logged in for two hours. Without `version` 2 it is the old version, which answers 87014 instead of
    labels and looks at nobody. The order, and the text of 43104, 45002 and 87014, are assumed.
    """
    program, given = caller(tx, call), call.json()
    content = given.text("content")
    if not content:
        raise wechat_error(47001, why=reason("parameter-missing", parameter="content"))
    if len(content) > MAX_CONTENT:
        raise wechat_error(45002, why=reason("content-too-long", length=len(content), most=MAX_CONTENT))
    if given.number("version") != 2:
        return _first_version(tx, program, content)
    if given.number("scene") not in _SCENES:
        raise wechat_error(40129, why=reason("scene-other", scene=str(given.get("scene", ""))))
    _check_visitor(tx, program, given.text("openid"))
    found = _forbidden(tx, program, given)
    keyword: dict[str, Json] = {"strategy": "keyword", "errcode": 0}
    if found:
        word, label = found
        keyword |= {"suggest": "risky", "label": label, "keyword": word}
    model: Json = {"strategy": "content_model", "errcode": 0, "suggest": "pass", "label": NORMAL, "prob": 90}
    result: Json = {"suggest": "risky" if found else "pass", "label": found[1] if found else NORMAL}
    return {"errcode": 0, "errmsg": "ok", "detail": [keyword, model], "trace_id": rid_of(tx), "result": result}


def _first_version(tx: Transaction, program: MiniProgram, content: str) -> Mapping[str, Json]:
    found = _forbidden(tx, program, JsonObject(content=content))
    if found:
        raise wechat_error(87014, why=reason("content-forbidden", word=found[0]))
    return {"errcode": 0, "errmsg": "ok"}


def _check_visitor(tx: Transaction, program: MiniProgram, openid: str) -> None:
    people = tx.get(Personas)
    other = people.named_by(openid)
    if other is not None and people.openid(program.appid, other) != openid:
        raise wechat_error(43104, why=reason("openid-unknown", openid=openid, appid=program.appid))
    persona = user_of(tx, program, openid)
    key = tx.get(SessionKeys).find((program.appid, persona))
    if key is None or tx.at - key.logged_in_at > VISIT:
        raise wechat_error(61010, why=reason("visitor-not-seen", persona=persona, appid=program.appid))


def _forbidden(tx: Transaction, program: MiniProgram, given: JsonObject) -> tuple[str, int] | None:
    """Return a forbidden word in a request's texts and its label; of the two labels of a word the mini program's."""
    words = {**scenario_of(tx.state).forbidden_words, **program.forbidden_words}
    text = "\n".join(given.text(name) for name in _CHECKED)
    return next(((word, label) for word, label in words.items() if word in text), None)
