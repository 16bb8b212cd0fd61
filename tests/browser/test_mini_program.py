"""Promises about a mini program's own pages, drawn on the phone page."""

import json
import re
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from emulator.control.worlds import open_world
from emulator.js.parts import libraries
from emulator.scenario import load_default
from emulator.server.listener import Server
from emulator.web.console.mini_program import show_folder

pytestmark = pytest.mark.skipif(libraries() is None, reason="needs `npm ci --prefix emulator/js`")

SHOP = {
    "app.json": json.dumps(
        {
            "pages": ["pages/index/index", "pages/me/me"],
            "window": {"navigationBarTitleText": "Shop"},
            "tabBar": {
                "list": [
                    {"pagePath": "pages/index/index", "text": "Home"},
                    {"pagePath": "pages/me/me", "text": "Mine"},
                ]
            },
        }
    ),
    "app.js": "App({ onLaunch() { console.log('launched') } })",
    "app.wxss": "@import 'sizes.wxss'; .box { color: rgb(1, 2, 3) }",
    "sizes.wxss": ".half { width: 375rpx; height: 10px }",
    "pages/index/index.json": '{"usingComponents": {"card": "/card/card"}}',
    "pages/index/index.wxml": """
<view class="half"/><view class="box">plain</view><card/><text>said: {{said}}</text>
<button bindtap="login">Log in</button>
<button open-type="getPhoneNumber" bindgetphonenumber="phone">Phone</button>
<input placeholder="Nickname" bindinput="typed"/>
<button open-type="chooseAvatar" bindchooseavatar="face">Face</button><image src="{{face}}"/>
<button bindtap="ask">Ask</button>
<button bindtap="reset">Reset the emulator</button>
<button bindtap="escape">Leave the frame</button>
""",
    "pages/index/index.js": """
Page({
  data: { said: '' },
  say(said) { this.setData({ said }) },
  async login() {
    const { code } = await wx.login()
    wx.setStorageSync('kept', code.length)
    this.say(`${code.length} letters`)
  },
  phone({ detail }) { this.say(detail.code ? 'given' : detail.errMsg) },
  face({ detail }) { this.setData({ face: detail.avatarUrl, said: detail.avatarUrl }) },
  typed({ detail }) { this.say(detail.value) },
  ask() { wx.showModal({ title: 'Sure?', success: ({ confirm }) => this.say(`confirm ${confirm}`) }) },
  reset() { wx.request({ url: 'ADDRESS/_emulator/reset', method: 'POST', fail: ({ errMsg }) => this.say(errMsg) }) },
  escape() {
    const { parent } = globalThis
    try { this.say(parent.document.title) } catch (error) { this.say(`kept in: ${error.name}`) }
  },
})
""",
    "pages/me/me.wxml": "<view>my page</view>",
    "pages/me/me.js": "Page({})",
    "card/card.json": '{"component": true}',
    "card/card.wxml": '<view class="box">in a card</view>',
    "card/card.wxss": ".box { background-color: rgb(4, 5, 6) }",
    "card/card.js": "Component({})",
}

#: Drops a folder as a browser hands it over: entries that are read in pieces.
DROP = """files => {
  const tree = {}
  for (const [path, text] of Object.entries(files)) {
    const parts = path.split('/')
    const name = parts.pop()
    parts.reduce((folder, part) => folder[part] ??= {}, tree)[name] = text
  }
  const entryOf = (name, inside) => typeof inside === 'string'
    ? { name, isFile: true, file: done => done(new File([inside], name)) }
    : { name, createReader() {
        const left = Object.entries(inside).map(([one, more]) => entryOf(one, more))
        return { readEntries: done => done(left.splice(0, 2)) }
      } }
  const event = new Event('drop', { bubbles: true, cancelable: true })
  event.dataTransfer = { items: [{ webkitGetAsEntry: () => entryOf('shop', tree) }] }
  document.body.dispatchEvent(event)
}"""


@pytest.fixture(name="folder")
def fixture_folder(tmp_path, pages):
    """The folder of a small mini program."""
    for name, text in SHOP.items():
        path = tmp_path / "shop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("ADDRESS", pages.url), "utf-8")
    return tmp_path / "shop"


@pytest.fixture(name="phone")
def fixture_phone(pages, folder):
    """The phone page after somebody chose the folder."""
    page = pages.open("/_emulator/mini-program")
    page.get_by_test_id("tab-files").click()
    page.get_by_test_id("folder").set_input_files(folder)
    return page


@pytest.fixture(name="screen")
def fixture_screen(phone):
    """What the frame of the phone shows."""
    screen = phone.frame_locator("[data-testid=frame]")
    screen.get_by_text("said:").wait_for()
    return screen


def said(screen, text):
    screen.get_by_text(re.compile(f"^said: {text}")).wait_for()


def style(locator, name):
    return locator.evaluate(f"element => getComputedStyle(element)['{name}']")


def test_a_login_of_a_chosen_folder_shows_on_its_page_and_in_its_storage(phone, screen):
    screen.get_by_text("Log in", exact=True).click()

    said(screen, "32 letters")
    phone.get_by_test_id("tool-storage").click()
    phone.locator("[data-testid=tool] td", has_text="kept").wait_for()
    phone.locator("#output li", has_text="launched").wait_for()


@pytest.mark.parametrize(("answer", "outcome"), [("允许", "given"), ("拒绝", "getPhoneNumber:fail")])
def test_the_user_is_asked_for_the_phone_number(screen, answer, outcome):
    screen.get_by_text("Phone", exact=True).click()
    screen.get_by_role("button", name=answer).click()

    said(screen, outcome)


def test_a_chosen_face_is_shown_from_its_temporary_path(screen):
    screen.get_by_text("Face", exact=True).click()
    screen.get_by_role("button", name="使用").click()

    said(screen, "http://tmp/1.png")
    assert style(screen.locator("image"), "backgroundImage").startswith('url("blob:')


def test_a_dropped_folder_keeps_its_paths(pages):
    page = pages.open("/_emulator/mini-program")

    page.evaluate(DROP, SHOP)

    page.frame_locator("[data-testid=frame]").get_by_text("said:").wait_for()


def test_what_is_typed_is_an_input_event(screen):
    screen.get_by_placeholder("Nickname").press_sequentially("Ann")

    said(screen, "Ann")


def test_a_modal_waits_for_its_button(screen):
    screen.get_by_text("Ask", exact=True).click()
    screen.get_by_role("button", name="取消").click()

    said(screen, "confirm false")


def test_tabs_lead_to_their_pages(phone, screen):
    screen.get_by_role("button", name="Mine").click()

    screen.get_by_text("my page").wait_for()
    phone.locator("[data-testid=route]", has_text="pages/me/me").wait_for()


def test_styles_are_imported_scaled_and_kept_out_of_components(screen):
    assert style(screen.locator(".half"), "width") == f"{screen.locator('body').evaluate('() => innerWidth') / 2:g}px"
    assert style(screen.get_by_text("plain"), "color") == "rgb(1, 2, 3)"
    assert style(screen.get_by_text("in a card"), "color") == "rgb(0, 0, 0)"
    assert style(screen.get_by_text("in a card"), "backgroundColor") == "rgb(4, 5, 6)"


def test_code_of_a_mini_program_may_not_use_the_control_api(screen):
    screen.get_by_text("Reset the emulator").click()

    said(screen, "request:fail .* may not use the control API")


def test_code_of_a_mini_program_does_not_get_at_the_page(screen):
    screen.get_by_text("Leave the frame").click()

    said(screen, "kept in: SecurityError")


def test_a_chosen_folder_is_still_there_after_a_reload(phone, screen):
    phone.reload()

    screen.get_by_text("said:").wait_for()


def test_a_served_folder_is_shown_again_after_a_save(browser, folder):
    with serving_folder(folder) as url:
        page = browser.new_context().new_page()
        page.goto(f"{url}/_emulator/mini-program")
        screen = page.frame_locator("[data-testid=frame]")
        screen.get_by_text("said:").wait_for()

        (folder / "pages/index/index.wxml").write_text("<view>saved</view>", "utf-8")

        screen.get_by_text("saved").wait_for()


def test_code_that_loops_is_taken_away_and_the_page_goes_on(phone, screen, folder):
    (folder / "app.js").write_text("for (;;);", "utf-8")

    phone.get_by_test_id("folder").set_input_files(folder)

    phone.locator("#output li.bad", has_text="it was stopped").wait_for()
    phone.get_by_test_id("tab-login").click()
    phone.get_by_test_id("run").click()
    phone.locator("#output li", has_text="wx.request → 200").wait_for()


@contextmanager
def serving_folder(folder):
    """Serve the default world with a mini program's folder; yields the URL."""
    with Server(open_world(load_default(), wall=lambda: datetime.now(UTC)), port=0) as server:
        show_folder(server.app, folder)
        yield server.url
