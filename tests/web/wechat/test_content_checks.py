"""The check of texts: facts/wechat.md 2.8."""

import re

import pytest

from emulator.control.service import ControlService

CHECK = "/wxa/msg_sec_check"


@pytest.fixture(name="forum")
def fixture_forum(make_caller):
    """A backend of a world that forbids words, into which bob has just logged in."""
    caller = make_caller({"赌博": 20006, "spam": 20003}, forbidden_words={"spam": 10001})
    caller.login("bob")
    return caller


def question(forum, **changes):
    return {"content": "你好", "version": 2, "scene": 2, "openid": forum.openid("bob")} | changes


def without_trace(reply):
    """Return a reply's text, its trace_id, which has the shape of a rid, put aside."""
    return re.sub(r'"trace_id":"69562980(-[0-9a-f]{8}){2}"', '"trace_id":"RID"', reply.text)


MODEL = '{"strategy":"content_model","errcode":0,"suggest":"pass","label":100,"prob":90}'


@pytest.mark.parametrize(
    ("given", "label", "word"),
    [
        ({"content": "来赌博吧"}, 20006, "赌博"),
        ({"content": "spam"}, 10001, "spam"),
        ({"nickname": "赌博"}, 20006, "赌博"),
    ],
    ids=["of the world", "of the mini program", "in the nickname"],
)
def test_a_forbidden_word_makes_a_text_risky(forum, given, label, word):
    reply = forum.post(CHECK, question(forum, **given))

    keyword = f'{{"strategy":"keyword","errcode":0,"suggest":"risky","label":{label},"keyword":"{word}"}}'
    assert without_trace(reply) == (
        f'{{"errcode":0,"errmsg":"ok","detail":[{keyword},{MODEL}],"trace_id":"RID",'
        f'"result":{{"suggest":"risky","label":{label}}}}}'
    )


def test_any_other_text_passes(forum):
    reply = forum.post(CHECK, question(forum))

    assert without_trace(reply) == (
        f'{{"errcode":0,"errmsg":"ok","detail":[{{"strategy":"keyword","errcode":0}},{MODEL}],"trace_id":"RID",'
        '"result":{"suggest":"pass","label":100}}'
    )


@pytest.mark.parametrize(
    ("given", "errcode", "errmsg", "why"),
    [
        ({"content": ""}, 47001, "data format error", "parameter-missing"),
        ({"content": "字" * 2501}, 45002, "content size out of limit", "content-too-long"),
        ({"scene": 5}, 40129, "invalid scene", "scene-other"),
        ({"scene": "2"}, 40129, "invalid scene", "scene-other"),
        ({"openid": "oNobody"}, 40003, "invalid openid", "openid-unknown"),
        ({"openid": None}, 40003, "invalid openid", "openid-unknown"),
    ],
)
def test_what_cannot_be_checked_is_refused(forum, given, errcode, errmsg, why):
    refused = forum.said(CHECK, question(forum, **given))

    assert (refused, forum.why()) == ({"errcode": errcode, "errmsg": errmsg}, why)


def test_somebody_who_has_never_logged_in_is_no_visitor(forum):
    refused = forum.said(CHECK, question(forum, openid=forum.openid("alice")))

    assert (refused, forum.why()) == ({"errcode": 61010, "errmsg": "code is expired"}, "visitor-not-seen")


@pytest.mark.parametrize("rotate", ["interval", "never"])
def test_a_visit_lasts_two_hours_from_the_latest_login(make_caller, rotate):
    forum = make_caller(rotate=rotate)
    control = ControlService(forum.world)
    forum.login("bob")
    control.advance("1h")
    forum.login("bob")

    control.advance("2h")
    forum.fetch_token()
    in_time = forum.said(CHECK, question(forum))["errcode"]
    control.advance("1s")

    assert (in_time, forum.said(CHECK, question(forum))["errcode"]) == (0, 61010)


def test_an_unionid_or_an_openid_of_another_program_does_not_match(forum):
    refused = forum.said(CHECK, question(forum, openid=forum.unionid("bob")))

    assert refused == {"errcode": 43104, "errmsg": "appid and openid not match"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("你好", {"errcode": 0, "errmsg": "ok"}),
        ("赌博", {"errcode": 87014, "errmsg": "risky content"}),
    ],
)
def test_the_first_version_looks_at_nobody(forum, content, said):
    assert forum.said(CHECK, {"content": content}) == said
