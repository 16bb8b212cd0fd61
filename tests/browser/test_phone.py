"""Promises about the mini program in the browser."""

import re

import pytest

from emulator.js import parts

LESSONS = [
    *("first-login", "returning-user", "invalid-code", "missing-tag", "two-providers", "phone-login"),
    *("anonymous-profile", "production"),
]


@pytest.fixture(name="phone")
def fixture_phone(pages):
    """The page of the mini program, ready to run."""
    page = pages.open("/_emulator/mini-program")
    page.wait_for_function("document.querySelector('#nickname').textContent")
    return page


def diagram(page):
    return page.locator("#sequence svg").get_attribute("aria-label")


def begin(page, lesson):
    page.get_by_test_id(f"lesson-{lesson}").click()
    page.locator("#modal .primary").click()
    page.locator(f"[data-testid=lesson-{lesson}][aria-pressed=true]").wait_for()


def test_the_docs_pages_login_runs_on_the_phone(phone):
    phone.get_by_test_id("run").click()

    phone.locator("#output li", has_text="wx.request → 200").wait_for()
    phone.locator(".arrow text", has_text="200 access_token").wait_for()


def test_one_key_runs_the_code_again(phone):
    phone.get_by_test_id("code").press("Control+Enter")
    phone.locator("#output li", has_text="wx.request → 200").wait_for()

    phone.get_by_test_id("code").press("Control+Enter")

    phone.wait_for_function("document.querySelectorAll('.arrow.guessed').length === 4")


def test_the_docs_pages_update_runs_after_the_login(phone):
    phone.get_by_test_id("run").click()
    phone.locator("#output li", has_text="wx.request → 200").wait_for()

    phone.get_by_test_id("tab-update").click()
    phone.get_by_test_id("run").click()

    phone.locator(".arrow text", has_text="200 Affected").wait_for()


def test_edited_code_is_what_runs(phone):
    phone.get_by_test_id("code").fill("console.log('edited', 1 + 1)")

    phone.get_by_test_id("run").click()

    phone.locator("#output li", has_text="edited 2").wait_for()


def test_a_mistake_in_the_code_is_told(phone):
    phone.get_by_test_id("code").fill("wx.nothing()")

    phone.get_by_test_id("run").click()

    phone.locator("#output li.bad", has_text="wx.nothing is not a function").wait_for()


def test_another_person_logs_in_as_somebody_else(phone):
    phone.get_by_test_id("persona").select_option("bob")
    phone.wait_for_function("document.querySelector('#avatar').src.endsWith('bob.svg')")

    phone.get_by_test_id("run").click()

    phone.locator(".arrow text", has_text="openid oGk3T5CAl").wait_for()


def test_a_mini_programs_files_become_buttons(phone):
    phone.get_by_test_id("tab-files").click()
    phone.get_by_test_id("run").click()

    phone.get_by_role("button", name="Log in", exact=True).last.click()
    phone.get_by_test_id("data").filter(has_text="signed in").wait_for()
    phone.get_by_role("button", name="Who am I?").click()

    phone.get_by_test_id("data").filter(has_text="wechat-oGk3T5tIiMFo3SazCO75f0HEiE7Q").wait_for()


def test_chosen_files_replace_the_sample(phone, tmp_path):
    script = tmp_path / "index.js"
    script.write_text("Page({data: {n: 1}, more() { this.setData({n: this.data.n + 1}) }})")
    phone.get_by_test_id("tab-files").click()

    phone.get_by_test_id("files").set_input_files(script)
    phone.locator("#file option", has_text="index.js").wait_for(state="attached")
    phone.get_by_test_id("run").click()
    phone.get_by_role("button", name="more").click()

    phone.get_by_test_id("data").filter(has_text='"n": 2').wait_for()


def test_a_toast_shows_on_the_phone(phone):
    phone.get_by_test_id("code").fill("wx.showToast({title: '你好'})")

    phone.get_by_test_id("run").click()

    phone.get_by_test_id("toast").filter(has_text="你好").wait_for()


@pytest.mark.parametrize(
    ("lesson", "told"),
    [
        ("first-login", "200 access_token"),
        ("returning-user", "200 access_token"),
        ("invalid-code", "failed 40029 invalid code"),
        ("missing-tag", "failed 400 unsupported_grant_type"),
        ("two-providers", "failed 40029 invalid code"),
        ("anonymous-profile", "200 access_token"),
        ("production", "failed 200 Access token doesn't exist in database"),
    ],
)
def test_a_lesson_sets_its_scene(phone, lesson, told):
    begin(phone, lesson)

    phone.get_by_test_id("run").click()

    phone.wait_for_function(
        "told => document.querySelector('#sequence svg').getAttribute('aria-label').includes(told)", arg=told
    )


def test_the_phone_lesson_trades_both_kinds_of_code(phone):
    begin(phone, "phone-login")
    phone.get_by_test_id("run").click()

    phone.get_by_role("button", name="Phone number").click()
    phone.get_by_test_id("data").filter(has_text=re.compile(r'"phone": "1\d{10}"')).wait_for()
    phone.get_by_role("button", name="With the code of wx.login()").click()

    phone.get_by_test_id("data").filter(has_text="invalid code hint").wait_for()


def test_the_profile_lesson_shows_nobodys_name(phone):
    begin(phone, "anonymous-profile")

    phone.get_by_test_id("run").click()

    phone.locator("#output li", has_text=re.compile("^微信用户 http")).wait_for()


def test_the_lessons_lead_from_one_to_the_next(phone):
    begin(phone, LESSONS[0])

    for lesson in LESSONS[1:]:
        phone.get_by_test_id("next").click()
        phone.locator(f"[data-testid=lesson-{lesson}][aria-pressed=true]").wait_for()

    assert phone.get_by_test_id("next").is_disabled()


def test_the_phone_speaks_chinese_too(pages):
    page = pages.open("/_emulator/mini-program", locale="zh-CN")

    assert page.get_by_test_id("run").inner_text() == "运行（Ctrl+Enter）"


def test_the_tab_key_leaves_the_editor_after_escape(phone):
    phone.get_by_test_id("code").focus()

    phone.keyboard.press("Escape")
    phone.keyboard.press("Tab")

    assert phone.evaluate("document.activeElement.id") != "code"


def test_without_the_libraries_the_page_says_how_to_get_pages_drawn(pages, monkeypatch, tmp_path):
    monkeypatch.setattr(parts, "SOURCE", tmp_path)
    monkeypatch.setattr(parts, "dependencies_folder", lambda: tmp_path)

    page = pages.open("/_emulator/mini-program")
    page.get_by_test_id("tab-files").click()

    page.get_by_test_id("how").get_by_text("run `mockdoor mini-program install` once and reload").wait_for()
