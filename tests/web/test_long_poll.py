"""Promises about waiting for news of a world."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

USUAL = {"tag": "wechat_miniprogram", "client_id": "6825f4f0af45554c8952", "code": "alice"}


@pytest.fixture(name="url")
def fixture_url(running_default):
    with running_default() as url:
        yield url


def ask(url, path, method="GET", body=None):
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"{url}/_emulator/{path}", data, method=method), timeout=30) as reply:
        return json.load(reply)


def log_in(url):
    urlopen(f"{url}/api/login/oauth/access_token", urlencode(USUAL).encode(), timeout=30).read()


def waiting(url, query):
    """Ask for news in a thread of its own; returns the future and the moment when it was asked."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(ask, url, f"journal?{query}")
    pool.shutdown(wait=False)
    return future


def test_an_exchange_ends_the_wait(url):
    future = waiting(url, "after=0&wait=30")

    log_in(url)

    assert [one["number"] for one in future.result(10)["exchanges"]] == [1]


def test_a_reset_ends_the_wait(url):
    log_in(url)
    future = waiting(url, "after=1&wait=30")

    ask(url, "reset", "POST")

    assert (future.result(10)["last"], future.result()["exchanges"]) == (0, [])


def test_another_revision_ends_the_wait(url):
    revision = ask(url, "journal")["revision"]
    future = waiting(url, f"after=0&revision={revision}&wait=30")

    ask(url, "signed-in", "PUT", {"persona": "bob"})

    assert future.result(10)["revision"] > revision


def test_an_old_revision_is_answered_at_once(url):
    assert ask(url, "journal?after=0&revision=999&wait=60")["exchanges"] == []


def test_the_wait_ends_when_its_time_is_up(url):
    begun = time.monotonic()

    told = ask(url, "journal?after=0&wait=1")

    assert (told["exchanges"], time.monotonic() - begun >= 1) == ([], True)


def test_news_that_do_not_match_prolong_the_wait(url):
    future = waiting(url, "after=0&persona=bob&wait=2")

    log_in(url)

    assert future.result(10)["exchanges"] == []


def test_many_that_wait_hold_up_nobody(url):
    futures = [waiting(url, "after=0&wait=30") for _ in range(40)]
    while sum(thread.name.startswith("ThreadPool") for thread in threading.enumerate()) < 40:
        pass

    log_in(url)

    assert {future.result(10)["last"] for future in futures} == {1}


def test_a_world_of_its_own_is_waited_for(url):
    ask(url, "worlds", "POST", {"name": "t1"})
    future = waiting(f"{url}/@t1", "after=0&wait=30")

    log_in(url)
    log_in(f"{url}/@t1")

    assert [one["path"] for one in future.result(10)["exchanges"]] == ["/api/login/oauth/access_token"]


def test_the_wait_works_without_a_server_too(client, world):
    threading.Timer(0.05, world.touch).start()
    revision = client.get("/_emulator/journal").json["revision"]

    told = client.get(f"/_emulator/journal?after=0&revision={revision}&wait=20").json

    assert told["revision"] == revision + 1


@pytest.mark.parametrize("query", ["wait=61", "wait=-1", "wait=soon", "revision=x"])
def test_a_wrong_wait_is_refused(client, query):
    assert client.get(f"/_emulator/journal?{query}").status_code == 400
