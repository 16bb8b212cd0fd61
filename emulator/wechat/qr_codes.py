"""POST /wxa/getwxacodeunlimit: a picture that leads into a mini program (facts/wechat.md 2.7)."""

import json
import re
from io import BytesIO
from urllib.parse import quote

from emulator.core.json_object import JsonObject
from emulator.core.reply import Reply
from emulator.journal.reasons import reason
from emulator.scenario.model import MiniProgram
from emulator.wechat.access_tokens import caller
from emulator.wechat.call import WechatCall
from emulator.wechat.catalogue import wechat_error
from emulator.world.transaction import Transaction

_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]+")
MAX_SCENE = 32
#: What the largest symbol holds at the level of correction that is drawn (ISO/IEC 18004, version 40-M).
MAX_BYTES = 2331
_NARROWEST, _WIDTH, _WIDEST = 280, 430, 1280
#: Light modules around the symbol, without which scanners do not find it (ISO/IEC 18004).
_BORDER = 4
#: What is said where the libraries that draw are missing.
MISSING = (
    "drawing a QR code needs the libraries segno and Pillow: install mockdoor with its extra, "
    "pip install 'mockdoor[qr]'"
)
_HEADERS = (("Content-Type", "image/jpeg"), ("Content-disposition", 'attachment; filename="QRCode.jpg"'))


def draw_unlimited(tx: Transaction, call: WechatCall) -> Reply:
    """Answer POST /wxa/getwxacodeunlimit with a JPEG: a QR code of the page and its scene.

    Raises WechatError: 40169 for a scene without a fitting length, 40129 for other characters, 41030 for a page that
    is not one of the mini program's, or too long to draw. The order, the latter, and a width out of bounds being moved
    to the nearest are assumed.
    """
    program, given = caller(tx, call), call.json()
    content = _content(program, given)
    try:
        picture = _draw(content, _width(given), _colour(given))
    except ImportError:
        return _refuse()
    tx.note("qr-code-plain")
    return Reply(headers=_HEADERS, body=picture)


def _content(program: MiniProgram, given: JsonObject) -> str:
    """Return what the symbol says: `page?scene=SCENE`, the scene quoted as the page gets it."""
    scene, page = given.text("scene"), given.text("page")
    if not 1 <= len(scene) <= MAX_SCENE:
        raise wechat_error(40169, why=reason("scene-length", length=len(scene), most=MAX_SCENE))
    if not _SCENE.fullmatch(scene):
        raise wechat_error(40129, why=reason("scene-characters", scene=scene))
    checked = given.get("check_path") is not False and bool(program.pages) and bool(page)
    if page.startswith("/") or "?" in page or (checked and page not in program.pages):
        known = ", ".join(program.pages) or "-"
        raise wechat_error(41030, why=reason("page-unknown", page=page, appid=program.appid, known=known))
    content = f"{page or next(iter(program.pages), '')}?scene={quote(scene, safe='')}"
    length = len(content.encode())
    if length > MAX_BYTES:
        raise wechat_error(41030, why=reason("page-too-long", length=length, most=MAX_BYTES))
    return content


def _width(given: JsonObject) -> int:
    wanted = given.number("width") or _WIDTH
    return int(min(wanted, _WIDEST)) if wanted >= _NARROWEST else _NARROWEST


def _colour(given: JsonObject) -> tuple[int, int, int]:
    """Return the colour of the dark modules: `line_color` unless `auto_color` leaves that to WeChat."""
    chosen = JsonObject() if given.flag("auto_color") else given.row("line_color")
    red, green, blue = (_octet(chosen.get(name)) for name in ("r", "g", "b"))
    return red, green, blue


def _octet(value: object) -> int:
    """Return a colour's part, a number or its digits as WeChat's documentation has both, 0 for anything else."""
    text = str(value)
    return min(int(text), 255) if text.isascii() and text.isdecimal() and len(text) <= 3 else 0


def _draw(content: str, width: int, colour: tuple[int, int, int]) -> bytes:
    """Return a JPEG, `width` pixels wide and high; raises ImportError where the libraries for it are missing."""
    import segno
    from PIL import Image

    rows = [list(row) for row in segno.make_qr(content, error="m").matrix_iter(border=_BORDER)]
    image = Image.new("RGB", (len(rows), len(rows)), "white")
    image.putdata([colour if dark else (255, 255, 255) for row in rows for dark in row])
    written = BytesIO()
    image.resize((width, width), Image.Resampling.NEAREST).save(written, "JPEG", quality=90)
    return written.getvalue()


def _refuse() -> Reply:
    """Say that this server lacks what draws; this answer is the emulator's own."""
    body = json.dumps({"error": "not_installed", "message": MISSING}, ensure_ascii=False)
    return Reply(status=501, headers=(("Content-Type", "application/json"),), body=body.encode())
