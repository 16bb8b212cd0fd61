"""An app under test that can be told to misbehave: by its words, and by the paths that it is asked for.

`python echo.py [--port PORT] [--ignore-term] [--child] [--flood] [--exit CODE]`
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WORDS = sys.argv[1:]


def word(name, default):
    return WORDS[WORDS.index(name) + 1] if name in WORDS else default


class App(BaseHTTPRequestHandler):
    def do_GET(self):
        match self.path.partition("?")[0]:
            case "/env":
                self.answer(200, {name: os.environ[name] for name in sorted(os.environ)})
            case "/login":
                self.answer(200, self.ask_wechat())
            case "/fail":
                print("Traceback: it went wrong", file=sys.stderr)
                self.answer(500, {"error": "oops"})
            case "/die":
                print("goodbye")
                os._exit(7)
            case "/garbage":
                self.wfile.write(b"\x00\xff this is not HTTP\r\n\r\n")
            case "/endless":
                self.endless()
            case "/slow":
                self.slow()
            case "/pid":
                self.answer(200, {"pid": os.getpid(), "child": CHILD and CHILD.pid})
            case "/health":
                self.answer(200, {"ok": True})
            case _:
                self.answer(404, {"error": "no such path"})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(200, {"path": self.path, "host": self.headers["Host"], "body": body.decode()})

    def ask_wechat(self):
        code = self.path.rpartition("code=")[2]
        query = f"appid={os.environ['WECHAT_APPID']}&secret={os.environ['WECHAT_SECRET']}&js_code={code}"
        base = os.environ["WECHAT_API_BASE"]
        with urllib.request.urlopen(f"{base}/sns/jscode2session?{query}&grant_type=authorization_code") as reply:
            found = json.load(reply)
        return {"openid": found.get("openid"), "errcode": found.get("errcode", 0)}

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def endless(self):
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 1000)

    def slow(self):
        """Send a header without end, a byte at a time."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while True:
            self.wfile.write(b"x")
            time.sleep(0.01)

    def log_message(self, text, *values):
        print(f"asked: {text % values}")


CHILD = None
if "--ignore-term" in WORDS:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "--exit" in WORDS:
    print("the database is not there", file=sys.stderr)
    sys.exit(int(word("--exit", "1")))
if "--child" in WORDS:
    CHILD = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
if "--flood" in WORDS:
    for number in range(40_000):
        print(f"line {number} of a flood")
if "--never" in WORDS:
    signal.pause()
server = ThreadingHTTPServer((word("--host", "127.0.0.1"), int(word("--port", os.environ.get("PORT", "0")))), App)
print(f"listening on {server.server_port}", flush=True)
server.serve_forever()
