"""A browser, and pages of a served world that may talk to nobody but the emulator."""

import shutil
from contextlib import contextmanager

import pytest

from emulator.scenario import load_default

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(name="browser", scope="session")
def fixture_browser():
    """The system's Chromium; without one these tests are skipped."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


class Pages:
    """Opens pages of one server and remembers what they did wrong."""

    def __init__(self, browser, url):
        self.url = url
        self._browser = browser
        self.foreign = []
        self.errors = []

    def open(self, path="/_emulator/", **options):
        context = self._browser.new_context(**{"locale": "en-US", "viewport": {"width": 1280, "height": 900}} | options)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", self._note_request)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._note_message)
        page.goto(self.url + path, wait_until="load")
        return page

    def _note_request(self, request):
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.foreign.append(request.url)

    def _note_message(self, message):
        # A refused request is what these pages are for, and Chromium calls it an error.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.errors.append(message.text)


@contextmanager
def _pages(browser, url):
    pages = Pages(browser, url)
    yield pages
    assert (pages.foreign, pages.errors) == ([], [])


@pytest.fixture(name="pages")
def fixture_pages(browser, serving):
    """Pages of the default world; afterwards none may have asked another server or met an error."""
    with serving(load_default()) as url, _pages(browser, url) as pages:
        yield pages
        for context in browser.contexts:
            context.close()
