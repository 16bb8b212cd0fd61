"""A login backend that misbehaves as its first argument says; `good` logs in and never retries."""

import json
import os
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode

HOW = sys.argv[1]
logins = []


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        given = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        logins.append(given)
        if HOW == "garbage":
            self.wfile.write(b"\x1b[2Jgarbage\r\n\r\n")
        elif HOW == "endless":
            self.answer_without_end()
        else:
            self.log_in(given)

    def answer_without_end(self):
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" * 65536)
        except OSError:
            pass

    def log_in(self, given):
        if HOW == "dies" and len(logins) > 3:
            print("out of cheese", flush=True)
            os._exit(7)
        if HOW == "floods":
            sys.stdout.write("x" * 2_000_000)
        openid = openid_of(json.loads(given).get("code"))
        if openid and HOW != "never":
            self.send(200, {"token": f"session of {openid}"})
        else:
            self.send(401, {"error": "no"})

    def send(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def openid_of(code):
    fields = {"appid": os.environ["WECHAT_APPID"], "secret": os.environ["WECHAT_SECRET"], "js_code": code}
    query = urlencode(fields | {"grant_type": "authorization_code"})
    try:
        with urllib.request.urlopen(f"{os.environ['WECHAT_API_BASE']}/sns/jscode2session?{query}", timeout=4) as reply:
            return json.load(reply).get("openid")
    except (OSError, ValueError):
        return None


if HOW == "nostart":
    sys.exit("cannot open the database")
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
