"""Promises about what the journal keeps."""

from datetime import UTC, datetime

import pytest

from emulator.core.reply import Reply
from emulator.journal.exchange import Exchange
from emulator.world.trace import Change, InnerCall

LONG = "x" * 50_000


@pytest.mark.parametrize(
    "held",
    [
        {"path": LONG},
        {"query": LONG},
        {"raw_headers": (("HTTP_X", LONG),)},
        {"request_body": LONG.encode()},
        {"reply": Reply(body=LONG.encode())},
        {"inner": (InnerCall(operation="", url=LONG, reply=Reply()),)},
        {"changes": (Change(user="", fields={"bio": ("", LONG)}),)},
    ],
    ids=lambda held: next(iter(held)),
)
def test_whatever_is_long_in_an_exchange_counts_as_its_bytes(held):
    usual = {"number": 1, "operation": "", "method": "GET", "path": "/", "query": "", "reply": Reply()}

    exchange = Exchange(at=datetime(2026, 1, 1, tzinfo=UTC), **usual | held)

    assert exchange.size >= len(LONG)
