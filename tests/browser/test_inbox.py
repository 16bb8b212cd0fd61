"""Promises about the console's inbox of subscribe messages, kept in a real browser."""

import json
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

APPID = "wx0123456789abcdef"
TEMPLATE = "NDLFwq_oBGAsSTrjQ9fKyyVmzJmHyiVbeVgJ-Rd8cb4"
SCENARIO = f"version: 1\nminiprograms: {{{APPID}: {{templates: {{{TEMPLATE}: [thing1, character_string2]}}}}}}\n"


class Shop:
    """A backend that sends subscribe messages to bob."""

    def __init__(self, pages):
        self._url = pages.url
        self._ask("PUT", "/_emulator/scenario", {"text": SCENARIO})
        given = {"grant_type": "client_credential", "appid": APPID, "secret": "0123456789abcdef" * 2}
        self._token = self._ask("GET", f"/cgi-bin/token?{urlencode(given)}")["access_token"]
        people = self._ask("GET", "/_emulator/personas")["personas"]
        self._openid = next(one["openids"][APPID] for one in people if one["name"] == "bob")

    def send(self, thing, **fields):
        """Have bob permit one message and send it."""
        self._ask("POST", "/_emulator/permits", {"persona": "bob", "template": TEMPLATE})
        data = {"thing1": {"value": thing}, "character_string2": {"value": "A" * 32}}
        body = {"touser": self._openid, "template_id": TEMPLATE, "data": data, **fields}
        sent = self._ask("POST", f"/cgi-bin/message/subscribe/send?access_token={self._token}", body)
        assert sent["errcode"] == 0, sent

    def reset(self):
        self._ask("POST", "/_emulator/reset")

    def _ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self._url + path, data, method=method)) as reply:
            return json.load(reply)


@pytest.fixture(name="shop")
def fixture_shop(pages):
    return Shop(pages)


def open_inbox(pages, **options):
    page = pages.open(**options)
    page.get_by_test_id("tab-messages").click()
    page.get_by_test_id("message").or_(page.locator("#messages > p")).first.wait_for()
    return page


def test_an_empty_inbox_says_how_a_message_comes_about(pages):
    page = open_inbox(pages)

    assert "No subscribe message has been sent." in page.locator("#messages").inner_text()
    assert page.get_by_test_id("message").count() == 0


def test_a_message_arrives_without_a_reload(pages, shop):
    page = open_inbox(pages)

    shop.send("两杯拿铁", page="pages/order?id=7", miniprogram_state="trial")

    page.get_by_test_id("message").wait_for()
    text = page.get_by_test_id("message").inner_text()
    shown = ("bob", TEMPLATE, "thing1", "两杯拿铁", "character_string2", "opens pages/order?id=7", "trial version")
    assert [one for one in shown if one not in text] == []


def test_a_message_is_text_whatever_it_holds(pages, shop):
    shop.send("<img src=x>", miniprogram_state="<b>x</b>")
    page = open_inbox(pages)

    assert page.get_by_test_id("message").locator("dd").first.inner_text() == "<img src=x>"
    assert page.get_by_test_id("message").locator(".badge").inner_text() == "<b>x</b>"


@pytest.mark.parametrize("width", [400, 900, 1280])
def test_sixty_messages_fit_and_the_newest_is_first(pages, shop, width):
    for number in range(60):
        shop.send(f"长长长长长长长长长长长长长长长长 {number}", page="pages/order/detail/with-a-long-name")
    page = open_inbox(pages, viewport={"width": width, "height": 900})

    things = page.get_by_test_id("message").locator("dd:first-of-type").all_inner_texts()[::2]
    assert [thing.split()[1] for thing in things] == [str(number) for number in reversed(range(60))]
    assert page.get_by_test_id("message-count").inner_text() == "60 sent, the newest first"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.get_by_test_id("inbox").bounding_box()["height"] <= 900
    sticking = "rows => rows.filter(row => row.scrollWidth > row.clientWidth).length"
    assert page.get_by_test_id("message").evaluate_all(sticking) == 0


@pytest.mark.parametrize("width", [400, 1280])
def test_a_long_key_wraps_between_its_words(pages, shop, width):
    shop.send("latte")
    page = open_inbox(pages, viewport={"width": width, "height": 900})

    lines = """names => names.flatMap(name => [...name.childNodes]).filter(one => one instanceof Text).map(text => {
        const range = document.createRange();
        range.selectNodeContents(text);
        return [text.data, range.getClientRects().length];
    })"""
    split = page.get_by_test_id("message").locator("dt").evaluate_all(lines)

    assert split == [["thing1", 1], ["character_", 1], ["string2", 1]]


def test_whoever_reads_an_old_message_stays_there_when_a_new_one_comes(pages, shop):
    for number in range(12):
        shop.send(f"message {number}")
    page = open_inbox(pages)
    page.get_by_test_id("inbox").focus()
    page.get_by_test_id("inbox").evaluate("inbox => { inbox.scrollTop = 500; }")
    reading = page.get_by_test_id("message").filter(has_text="message 5")
    before = reading.bounding_box()["y"]

    shop.send("the newest")

    page.get_by_test_id("message").filter(has_text="the newest").wait_for()
    assert abs(reading.bounding_box()["y"] - before) <= 1
    assert page.evaluate("document.activeElement.id") == "inbox"


def test_of_many_messages_the_newest_hundred_are_shown(pages, shop):
    for number in range(101):
        shop.send(f"message {number}")
    page = open_inbox(pages)

    assert page.get_by_test_id("message").count() == 100
    assert page.get_by_test_id("message-count").inner_text() == "The newest 100 of 101"


def test_a_reset_empties_the_inbox(pages, shop):
    shop.send("gone")
    page = open_inbox(pages)
    page.get_by_test_id("message").wait_for()

    shop.reset()

    page.get_by_test_id("message").wait_for(state="detached")


def test_the_inbox_speaks_chinese(pages, shop):
    shop.send("两杯拿铁", page="pages/order", miniprogram_state="developer")
    page = open_inbox(pages, locale="zh-CN")

    text = page.locator("#messages").inner_text()
    shown = ("已发送 1 条，最新的在前", "打开 pages/order", "开发版")
    assert ([one for one in shown if one not in text], page.get_by_test_id("tab-messages").inner_text()) == ([], "消息")


def test_the_inbox_changes_its_language_at_once(pages, shop):
    shop.send("latte")
    page = open_inbox(pages)
    page.get_by_test_id("message").wait_for()

    page.get_by_test_id("language").click()

    page.get_by_test_id("message-count").filter(has_text="已发送 1 条").wait_for()


def test_the_arrow_keys_lead_to_the_inbox(pages):
    page = pages.open()
    page.get_by_test_id("tab-people").focus()

    page.keyboard.press("ArrowLeft")

    page.locator("#messages > p").wait_for()
    assert page.get_by_test_id("tab-messages").get_attribute("aria-selected") == "true"
