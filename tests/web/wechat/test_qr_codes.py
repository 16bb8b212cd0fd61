"""Codes that lead into a mini program: facts/wechat.md 2.7."""

import sys
from io import BytesIO

import pytest
from PIL import Image
from zxingcpp import read_barcode

from emulator.wechat import qr_codes

DRAW = "/wxa/getwxacodeunlimit"


def opened(reply):
    return Image.open(BytesIO(reply.get_data()))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"scene": "id=7", "page": "pages/order/show"}, "pages/order/show?scene=id%3D7"),
        ({"scene": "!#$&'()*+,/:;=?@-._~"}, "?scene=%21%23%24%26%27%28%29%2A%2B%2C%2F%3A%3B%3D%3F%40-._~"),
        ({"scene": "x" * 32, "page": "p", "line_color": {"r": "90", "g": 0, "b": 90}}, "p?scene=" + "x" * 32),
    ],
    ids=["a page", "every character", "a colour"],
)
def test_a_scanner_reads_the_page_and_the_scene(caller, given, says):
    reply = caller.post(DRAW, given)

    assert read_barcode(opened(reply)).text == says


def test_the_picture_is_a_jpeg_as_wechat_sends_it(caller):
    reply = caller.post(DRAW, {"scene": "a"})

    kept = ("Content-Type", "Content-disposition", "X-Mockdoor-Note")
    assert (reply.status_code, [reply.headers[name] for name in kept], opened(reply).format) == (
        200,
        ["image/jpeg", 'attachment; filename="QRCode.jpg"', "qr-code-plain"],
        "JPEG",
    )


@pytest.mark.parametrize(
    ("width", "drawn"),
    [(None, 430), (0, 430), (279, 280), (600, 600), (1281, 1280), ("600", 430), (-5, 280)],
)
def test_the_picture_is_as_wide_as_asked_within_bounds(caller, width, drawn):
    reply = caller.post(DRAW, {"scene": "a", "width": width})

    assert opened(reply).size == (drawn, drawn)


@pytest.mark.parametrize("width", [b"1e999", b"NaN", b"-Infinity"])
def test_a_width_beyond_numbers_is_moved_into_bounds(caller, width):
    reply = caller.post(DRAW, b'{"scene": "a", "width": %s}' % width)

    assert opened(reply).width in (280, 1280)


LENGTH = {"errcode": 40169, "errmsg": "invalid length for scene, or the data is not json string"}
SCENE = {"errcode": 40129, "errmsg": "invalid scene"}
PAGE = {"errcode": 41030, "errmsg": "invalid page"}


@pytest.mark.parametrize(
    ("given", "refused", "why"),
    [
        ({}, LENGTH, "scene-length"),
        ({"scene": ""}, LENGTH, "scene-length"),
        ({"scene": "x" * 33}, LENGTH, "scene-length"),
        ({"scene": "a b"}, SCENE, "scene-characters"),
        ({"scene": "中文"}, SCENE, "scene-characters"),
        ({"scene": "a", "page": "/pages/a"}, PAGE, "page-unknown"),
        ({"scene": "a", "page": "pages/a?b=1"}, PAGE, "page-unknown"),
        ({"scene": "a", "page": "p" * 5000}, PAGE, "page-too-long"),
        ({"scene": "a", "page": "页" * 1000, "check_path": False}, PAGE, "page-too-long"),
        (b'{"scene": "a", "page": "\\ud800"}', {"errcode": 47001, "errmsg": "data format error"}, "body-not-json"),
        (b"scene=a", {"errcode": 47001, "errmsg": "data format error"}, "body-not-json"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_json(caller, given, refused, why):
    assert (caller.said(DRAW, given), caller.why()) == (refused, why)


def test_the_longest_page_is_drawn(caller):
    page = "p" * (qr_codes.MAX_BYTES - len("?scene=a"))

    assert (
        read_barcode(opened(caller.post(DRAW, {"scene": "a", "page": page, "width": 1280}))).text == f"{page}?scene=a"
    )


def test_only_declared_pages_are_known(make_caller):
    caller = make_caller(pages=("pages/index", "pages/order"))

    known, unchecked, first = (
        caller.post(DRAW, {"scene": "a", **given})
        for given in ({"page": "pages/order"}, {"page": "pages/new", "check_path": False}, {})
    )

    assert caller.said(DRAW, {"scene": "a", "page": "pages/new"}) == PAGE
    assert [read_barcode(opened(one)).text for one in (known, unchecked, first)] == [
        "pages/order?scene=a",
        "pages/new?scene=a",
        "pages/index?scene=a",
    ]


def test_without_the_library_the_answer_says_what_to_install(caller, monkeypatch):
    # None makes an import fail, as it does where the library is not installed.
    monkeypatch.setitem(sys.modules, "segno", None)

    reply = caller.post(DRAW, {"scene": "a"})

    assert (reply.status_code, reply.json) == (501, {"error": "not_installed", "message": qr_codes.MISSING})
    assert "pip install 'mockdoor[qr]'" in qr_codes.MISSING


def test_the_picture_stays_in_the_journal_through_a_snapshot(caller):
    drawn = caller.post(DRAW, {"scene": "a"}).get_data()
    taken = caller.http.get("/_emulator/state").json

    restored = caller.http.put("/_emulator/state", json=taken)

    kept = caller.http.get("/_emulator/state").json["journal"]["exchanges"][-1]["reply"]["body"]
    assert (restored.status_code, kept) == (200, taken["journal"]["exchanges"][-1]["reply"]["body"])
    assert drawn.startswith(b"\xff\xd8\xff")
