"""Promises about the console, kept in a real browser."""

import json
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

LOGIN = "/api/login/oauth/access_token"
USUAL = {"tag": "wechat_miniprogram", "client_id": "6825f4f0af45554c8952"}


def log_in(pages, **fields):
    """Log in from outside the browser; returns the reply's JSON."""
    try:
        with urlopen(pages.url + LOGIN, urlencode(USUAL | fields).encode()) as reply:
            return json.load(reply)
    except HTTPError as error:
        return json.load(error)


def control(pages, method, path, body=None):
    """Make a control call from outside the browser."""
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"{pages.url}/_emulator/{path}", data, method=method)) as reply:
        return json.load(reply)


def item(page, number):
    return page.locator(f"#exchange-{number}")


def test_a_browser_that_opens_the_server_is_led_to_the_console(pages):
    page = pages.open("/")

    assert page.url == f"{pages.url}/_emulator/"


def test_the_empty_console_teaches_the_first_request_and_sends_it(pages):
    page = pages.open()
    page.get_by_test_id("send").wait_for()

    assert f"curl -s {pages.url}{LOGIN}" in page.get_by_test_id("empty").inner_text()
    page.get_by_test_id("send").click()

    item(page, 1).wait_for()
    assert page.get_by_test_id("empty").is_hidden()


@pytest.mark.parametrize("width", [400, 1100, 1280])
def test_a_long_operation_wraps_between_its_words_and_leaves_the_status_in_shape(pages, width):
    with urlopen(f"{pages.url}/.well-known/openid-configuration"), urlopen(f"{pages.url}/api/get-account"):
        pass
    log_in(pages, code="alice")
    page = pages.open(viewport={"width": width, "height": 900})
    item(page, 3).wait_for()

    lines = """names => names.flatMap(name => [...name.childNodes]).filter(one => one instanceof Text).map(text => {
        const range = document.createRange();
        range.selectNodeContents(text);
        return range.getClientRects().length;
    })"""
    split = [one for one in page.locator("#list .what").evaluate_all(lines) if one != 1]
    heights = {round(one.bounding_box()["height"]) for one in page.locator("#list .badge").all()}

    assert (split, len(heights)) == ([], 1)
    assert "casdoor.openid_configuration" in item(page, 1).inner_text()


def test_a_long_body_scrolls_in_its_place_and_leaves_the_page_short(pages):
    token = log_in(pages, code="alice")["access_token"]
    with urlopen(Request(f"{pages.url}/api/get-account", headers={"Authorization": f"Bearer {token}"})):
        pass
    page = pages.open(viewport={"width": 400, "height": 900})
    item(page, 2).click()
    page.locator("pre", has_text="displayName").first.wait_for()

    tallest = max(one.bounding_box()["height"] for one in page.locator("#detail pre").all() if one.is_visible())

    assert tallest <= 900


def test_an_exchange_appears_without_a_reload(pages):
    page = pages.open()
    page.get_by_test_id("empty").wait_for()

    log_in(pages, code="alice")

    item(page, 1).wait_for(timeout=2000)
    assert "casdoor.login" in item(page, 1).inner_text()


def test_a_refusal_says_why_and_its_arrow_is_marked(pages):
    page = pages.open()
    page.get_by_test_id("empty").wait_for()

    log_in(pages, code="nonsense")

    page.get_by_test_id("why").wait_for()
    assert "nobody was given the code 'nonsense'" in page.get_by_test_id("why").inner_text()
    assert page.locator(".arrow.failed text").all_text_contents()[0] == "✗ 40029 invalid code"


def test_the_diagram_tells_the_whole_login(pages):
    log_in(pages, code="alice")
    page = pages.open()
    page.locator(".arrow").first.wait_for()

    told = page.locator("#sequence svg").get_attribute("aria-label")

    assert told.split("; ")[:6] == [
        "mini program → WeChat: wx.login()",
        "WeChat → mini program: code alice",
        f"mini program → Casdoor: POST {LOGIN}",
        "Casdoor → WeChat: code2session",
        "WeChat → Casdoor: openid oGk3T5EmA0dAR…",
        "Casdoor → mini program: 200 access_token",
    ]


def test_a_backend_that_asks_wechat_itself_is_drawn(pages):
    page = pages.open()
    page.get_by_test_id("empty").wait_for()

    urlopen(f"{pages.url}/sns/jscode2session?appid=wx0123456789abcdef&secret=x&js_code=a&grant_type=authorization_code")

    page.locator(".arrow").first.wait_for()
    assert page.locator(".actor text").all_text_contents() == ["mini program", "your backend", "Casdoor", "WeChat"]


def test_an_update_shows_before_and_after(pages):
    token = log_in(pages, code="alice", username="Alice")["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = json.dumps({"owner": "test", "name": "Alice", "displayName": "Alice Zhang"}).encode()
    urlopen(Request(f"{pages.url}/api/update-user", body, headers))
    page = pages.open()

    rows = page.get_by_test_id("change").locator("tr").filter(has_text="displayName")

    assert rows.inner_text().split("\t") == ["displayName", "Alice", "Alice Zhang"]


def test_the_token_of_a_login_is_decoded(pages):
    log_in(pages, code="alice", username="Alice")
    page = pages.open()

    claims = json.loads(page.get_by_test_id("token").first.locator("pre").inner_text())

    assert (claims["owner"], claims["name"]) == ("test", "Alice")


def test_a_fault_switch_makes_logins_fail_until_it_is_switched_off(pages):
    page = pages.open()
    page.get_by_test_id("tab-faults").click()

    page.get_by_test_id("fault-busy").check()
    page.locator("#lift-busy").wait_for()
    struck = log_in(pages, code="alice")
    page.get_by_test_id("fault-busy").uncheck()
    page.locator("#lift-busy").wait_for(state="detached")

    assert (struck["error"], "access_token" in log_in(pages, code="alice")) == ("invalid_grant", True)


def test_a_fault_switch_keeps_its_window(pages):
    page = pages.open()
    page.get_by_test_id("tab-faults").click()

    page.get_by_test_id("window").select_option("once")
    page.get_by_test_id("fault-invalid-code").check()
    page.locator("#lift-invalid-code").wait_for()

    assert control(pages, "GET", "faults")["faults"] == [
        {"id": "invalid-code", "at": "wechat.code2session", "error": 40029, "times": 1, "struck": 0}
    ]


def test_another_persona_can_be_signed_in(pages):
    page = pages.open()

    page.get_by_test_id("persona-bob").click()
    page.get_by_test_id("persona-visitor").wait_for()

    assert control(pages, "GET", "signed-in")["persona"] == "bob"


def test_a_person_can_be_added(pages):
    page = pages.open()

    page.get_by_test_id("new-persona").fill("zoe")
    page.get_by_test_id("new-persona").press("Enter")

    page.get_by_test_id("persona-zoe").wait_for()


def test_the_clock_moves_by_a_press(pages):
    page = pages.open()
    page.get_by_test_id("freeze").click()
    page.locator("#clock-mode", has_text="stands still").wait_for()
    before = page.get_by_test_id("clock").inner_text()

    page.get_by_test_id("plus5").click()

    page.wait_for_function("before => document.querySelector('#clock').textContent !== before", arg=before)
    minutes = int(page.get_by_test_id("clock").inner_text()[14:16]) - int(before[14:16])
    assert minutes % 60 == 5


def test_a_reset_asks_first_and_empties_the_list(pages):
    log_in(pages, code="alice")
    page = pages.open()
    item(page, 1).wait_for()

    page.get_by_test_id("reset").click()
    page.get_by_test_id("confirm").click()

    page.get_by_test_id("send").wait_for()
    assert control(pages, "GET", "journal")["last"] == 0


def test_a_scenario_and_a_profile_can_be_chosen(pages):
    page = pages.open()

    page.get_by_test_id("scenario").select_option("invalid-code")
    page.get_by_test_id("empty").filter(has_text="invalid-code").wait_for()
    page.get_by_test_id("profile").select_option("current")
    page.wait_for_function("async () => (await (await fetch('./profile')).json()).profile === 'current'")

    assert control(pages, "GET", "scenario")["name"] == "invalid-code"


def test_the_default_world_can_be_chosen_again(pages):
    control(pages, "PUT", "scenario", {"scenario": "quota"})
    page = pages.open()
    page.get_by_test_id("empty").filter(has_text="quota").wait_for()

    page.get_by_test_id("scenario").select_option("default")

    page.get_by_test_id("empty").filter(has_text="default").wait_for()
    assert control(pages, "GET", "scenario")["name"] == "default"


def test_a_world_has_a_console_of_its_own(pages):
    control(pages, "POST", "worlds", {"name": "t1"})
    log_in(pages, code="alice")

    page = pages.open("/@t1/_emulator/")

    page.get_by_test_id("send").wait_for()
    expect(page.get_by_test_id("world")).to_have_value("t1")
    assert f"{pages.url}/@t1{LOGIN}" in page.inner_text("#empty")


def test_what_happened_is_saved_as_a_scenario_that_replays(pages, tmp_path):
    from emulator.runner.run import Choice, run_paths

    page = pages.open()
    page.get_by_test_id("tab-faults").click()
    page.get_by_test_id("fault-invalid-code").check()
    page.locator("#lift-invalid-code").wait_for()
    log_in(pages, code="alice")
    page.get_by_test_id("fault-invalid-code").uncheck()
    page.locator("#lift-invalid-code").wait_for(state="detached")
    log_in(pages, code="alice", username="Alice")

    page.get_by_test_id("save").click()
    page.locator("#saved-text", has_text="version: 1").wait_for()
    file = tmp_path / "saved.scenario.yaml"
    file.write_text(page.locator("#saved-text").text_content(), "utf-8")

    found = run_paths((str(file),), Choice())
    (case,) = found.suites[0].cases
    kinds = [step.kind for step in case.steps if step.kind != "advance"]  # seconds may have passed
    assert (found.exit_code, kinds) == (0, ["fault", "login", "clear_faults", "login"])


def test_the_filter_narrows_the_list(pages):
    log_in(pages, code="alice")
    log_in(pages, code="nonsense")
    page = pages.open()
    item(page, 2).wait_for()

    page.get_by_test_id("filter").fill("invalid_grant")

    assert page.get_by_test_id("exchange").count() == 1


def test_keys_alone_lead_through_the_console(pages):
    log_in(pages, code="alice")
    log_in(pages, code="nonsense")
    page = pages.open()
    item(page, 2).wait_for()

    page.keyboard.press("j")
    chosen = page.locator("#list [aria-selected=true]").get_attribute("id")
    page.keyboard.press("/")
    page.keyboard.type("nonsense-that-matches-nothing")
    page.keyboard.press("Escape")
    page.keyboard.press("k")

    assert (chosen, page.locator("#list [aria-selected=true]").get_attribute("id")) == ("exchange-1", "exchange-2")


@pytest.mark.parametrize(("locale", "title"), [("en-US", "Exchanges"), ("zh-CN", "请求")])
def test_the_console_speaks_the_readers_language(pages, locale, title):
    page = pages.open(locale=locale)

    assert page.locator("#list-title").inner_text() == title


def test_the_language_can_be_switched(pages):
    page = pages.open()

    page.get_by_test_id("language").click()

    assert (page.locator("#list-title").inner_text(), page.locator("html").get_attribute("lang")) == ("请求", "zh-CN")


def test_no_text_of_the_pages_lacks_a_translation(pages):
    page = pages.open(locale="zh-CN")
    page.get_by_test_id("send").wait_for()

    keys = page.evaluate(
        "[...document.querySelectorAll('[data-i18n]')].filter((e) => e.textContent === e.dataset.i18n).length"
    )

    assert keys == 0


@pytest.mark.parametrize(("scheme", "page_colour"), [("light", "rgb(245, 246, 244)"), ("dark", "rgb(20, 24, 26)")])
def test_the_console_follows_light_and_dark(pages, scheme, page_colour):
    page = pages.open(color_scheme=scheme)

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == page_colour


@pytest.mark.parametrize("path", ["/_emulator/", "/_emulator/mini-program"])
@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_sticks_out_of_the_window(pages, path, width):
    log_in(pages, code="nonsense")
    page = pages.open(path, viewport={"width": width, "height": 900})
    page.locator(".arrow").first.wait_for()

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_code_is_taken_for_a_person_and_logs_them_in(pages):
    page = pages.open(permissions=["clipboard-read", "clipboard-write"])
    page.locator("[data-keep=take-bob]").click()

    code = page.wait_for_function("navigator.clipboard.readText()").json_value()
    log_in(pages, code=code)

    item(page, 1).wait_for()
    assert "bob" in item(page, 1).inner_text()


def test_an_exchange_is_copied_as_a_curl_line_that_works(pages):
    import subprocess

    token = log_in(pages, code="alice", username="Alice")["access_token"]
    urlopen(Request(f"{pages.url}/api/get-account", headers={"Authorization": f"Bearer {token}"})).close()
    page = pages.open(permissions=["clipboard-read", "clipboard-write"])
    item(page, 2).wait_for()

    page.get_by_test_id("curl").click()
    line = page.wait_for_function("navigator.clipboard.readText()").json_value()

    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=True)
    assert '"name":"Alice"' in done.stdout.replace(": ", ":").replace(" ", "")


def test_an_arrow_leads_to_its_exchange(pages):
    log_in(pages, code="alice")
    log_in(pages, code="nonsense")
    page = pages.open()
    item(page, 2).wait_for()

    page.locator(".arrow[data-exchange='1'] text").first.click()

    assert item(page, 1).get_attribute("aria-selected") == "true"


def test_the_first_login_needs_no_mouse(pages):
    page = pages.open()
    page.get_by_test_id("send").wait_for()

    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.testid") == "send":
            break
    page.keyboard.press("Enter")

    item(page, 1).wait_for()


def test_a_server_that_went_away_is_told(browser, serving):
    from emulator.scenario import load_default

    with serving(load_default()) as url:
        page = browser.new_context(locale="en-US").new_page()
        page.goto(f"{url}/_emulator/", wait_until="load")
        page.locator("#connection", has_text="live").wait_for()

    page.locator("#connection", has_text="not connected").wait_for(timeout=10_000)
    page.context.close()


def test_what_cannot_be_saved_says_why(pages):
    page = pages.open()
    page.get_by_test_id("send").wait_for()

    page.get_by_test_id("save").click()

    page.locator("#saved-help", has_text="nothing has happened yet").wait_for()


def test_beyond_this_machine_the_console_asks_for_the_token(browser, make_world):
    from emulator.server.listener import Server

    with Server(make_world(), "0.0.0.0", 0) as server:
        page = browser.new_context(locale="en-US").new_page()
        page.goto(f"{server.url}/_emulator/", wait_until="load")
        page.locator("#ask-token").wait_for()
        page.locator("#token").fill(server.token)
        page.locator("#ask-token .primary").click()
        page.locator("#connection", has_text="live").wait_for(timeout=15_000)
        page.context.close()
