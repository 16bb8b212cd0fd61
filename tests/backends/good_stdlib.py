"""A good login backend of the standard library alone: a form logs in, a cookie is the session, SQLite keeps both."""

import json
import logging
import os
import re
import secrets
import sqlite3
import threading
import time
import urllib.parse
import urllib.request
from http.client import HTTPException
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BASE, APPID, SECRET = (os.environ[f"WECHAT_{name}"] for name in ("API_BASE", "APPID", "SECRET"))
CODE = re.compile(r"[0-9A-Za-z]{16,128}")
DAYS_30 = 30 * 24 * 3600
LONGEST_BODY = 16 * 1024
MAX_NICKNAME = 32
log = logging.getLogger("login")
lock = threading.Lock()
database = sqlite3.connect(":memory:", check_same_thread=False)
database.executescript(
    "CREATE TABLE users (id INTEGER PRIMARY KEY, openid TEXT NOT NULL UNIQUE, unionid TEXT, nickname TEXT);"
    "CREATE TABLE sessions (id TEXT PRIMARY KEY, user INTEGER NOT NULL, until REAL NOT NULL);"
)


class Failed(Exception):
    """A request that is answered with a status and a word other than success."""

    def __init__(self, status, error):
        super().__init__(error)
        self.status, self.error = status, error


def ask_wechat(code):
    """Exchange a code; a busy WeChat is asked twice more."""
    asked = {"appid": APPID, "secret": SECRET, "js_code": code, "grant_type": "authorization_code"}
    url = f"{BASE}/sns/jscode2session?{urllib.parse.urlencode(asked)}"
    for wait in (0.2, 0.5, None):
        try:
            with urllib.request.urlopen(url, timeout=3) as reply:
                body = json.load(reply)
        except (OSError, ValueError, HTTPException) as error:
            log.warning("WeChat cannot be asked: %s", type(error).__name__)
            raise Failed(503, "unavailable") from None
        if not isinstance(body, dict):
            raise Failed(503, "unavailable")
        if body.get("errcode") != -1 or wait is None:
            return body
        time.sleep(wait)
    raise AssertionError


def session_of(code):
    """Return the openid and the unionid of whoever stands behind a code."""
    body = ask_wechat(code)
    errcode = body.get("errcode", 0)
    if errcode in (40029, 40163):
        raise Failed(401, "code_refused")
    if errcode == 40226:
        raise Failed(403, "blocked")
    if errcode or not body.get("openid"):
        log.warning("WeChat names nobody: errcode %s", errcode)
        raise Failed(503, "unavailable")
    return body["openid"], body.get("unionid")


def enter(openid, unionid, nickname):
    """Keep a person and begin a session; return its name."""
    session = secrets.token_hex(32)
    with lock, database:
        database.execute(
            "INSERT INTO users (openid, unionid, nickname) VALUES (?, ?, ?) ON CONFLICT (openid)"
            " DO UPDATE SET nickname = excluded.nickname, unionid = coalesce(excluded.unionid, unionid)",
            (openid, unionid, nickname),
        )
        [user] = database.execute("SELECT id FROM users WHERE openid = ?", (openid,)).fetchone()
        database.execute("INSERT INTO sessions VALUES (?, ?, ?)", (session, user, time.time() + DAYS_30))
    return session, user


class Handler(BaseHTTPRequestHandler):
    """Answers the login, the question who is logged in, and the logout."""

    def do_POST(self):
        """Log in or out."""
        self.answered({"/api/login": self.login, "/api/logout": self.logout})

    def do_GET(self):
        """Say who is logged in."""
        self.answered({"/api/user": self.user})

    do_PUT = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = do_GET  # noqa: N815  # names of http.server

    def answered(self, routes):
        """Answer what a route returns, or why it does not."""
        path = self.path.partition("?")[0]
        headers = {}
        try:
            status, body, headers = routes.get(path, self.not_here)()
        except Failed as failed:
            status, body = failed.status, {"error": failed.error}
        self.reply(status, body, headers)

    def not_here(self):
        """Refuse another method or path."""
        raise Failed(405 if self.path.startswith("/api/") else 404, "not_here")

    def login(self):
        """Log somebody in by a code of wx.login."""
        given = self.form()
        code, nickname = given.get("code", ""), given.get("nickname", "")
        if not CODE.fullmatch(code):
            raise Failed(400, "bad_request")
        nickname = "".join(one for one in nickname if ord(one) >= 32)[:MAX_NICKNAME]
        session, user = enter(*session_of(code), nickname)
        cookie = f"session={session}; Max-Age={DAYS_30}; Path=/; HttpOnly; SameSite=Lax"
        return 200, {"ok": True, "user": {"id": user}}, {"Set-Cookie": cookie}

    def logout(self):
        """End a session."""
        with lock, database:
            database.execute("DELETE FROM sessions WHERE id = ?", (self.session(),))
        return 200, {"ok": True}, {"Set-Cookie": "session=; Max-Age=0; Path=/"}

    def user(self):
        """Say who is logged in."""
        query = (
            "SELECT users.id, nickname FROM sessions JOIN users ON users.id = user WHERE sessions.id = ? AND until > ?"
        )
        with lock:
            found = database.execute(query, (self.session(), time.time())).fetchone()
        if self.command != "GET" or found is None:
            raise Failed(*((401, "unauthorized") if self.command == "GET" else (405, "not_here")))
        return 200, {"ok": True, "user": {"id": found[0], "nickname": found[1]}}, {}

    def session(self):
        """Return the session that the client presents."""
        try:
            found = SimpleCookie(self.headers.get("Cookie", "")).get("session")
        except CookieError:
            return ""
        return found.value if found else ""

    def form(self):
        """Return the fields of a form; another type is refused unread."""
        length = self.headers.get("Content-Length", "")
        if self.headers.get_content_type() != "application/x-www-form-urlencoded":
            raise Failed(415, "a_form_please")
        if not length.isdigit() or int(length) > LONGEST_BODY:
            raise Failed(413 if length.isdigit() else 411, "bad_request")
        try:
            text = self.rfile.read(int(length)).decode()
            return dict(urllib.parse.parse_qsl(text, errors="strict", max_num_fields=20))
        except ValueError:
            raise Failed(400, "bad_request") from None

    def reply(self, status, body, headers):
        """Send an answer as JSON."""
        text = json.dumps(body).encode()
        self.send_response(status)
        retry = {"Retry-After": "60"} if status == 503 else {}
        for name, value in {"Content-Type": "application/json", **retry, **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)


def serve():
    """Serve on the port that PORT names."""
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    serve()
