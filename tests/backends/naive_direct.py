"""A login backend direct to WeChat as tutorials show it: it works, and an audit has much to say about it.

After facts/login-rules.md 3: the code from the query and the URL glued together (S1), every answer of WeChat with
status 200 passed on as it came (S2), keys read as if they were always there, and a running number for a session (S4).
"""

import json
import os
import urllib.request

from flask import Flask, jsonify, request

BASE = os.environ["WECHAT_API_BASE"]
APPID = os.environ["WECHAT_APPID"]
SECRET = os.environ["WECHAT_SECRET"]
app = Flask(__name__)
app.config["PROPAGATE_EXCEPTIONS"] = True
users = {}


@app.route("/login", methods=["GET", "POST", "PUT"])
def login():
    """Log in with whatever WeChat says."""
    code = request.args.get("code") or json.loads(request.data)["code"]
    url = f"{BASE}/sns/jscode2session?appid={APPID}&secret={SECRET}&js_code={code}&grant_type=authorization_code"
    print("calling", url, flush=True)
    body = json.loads(urllib.request.urlopen(url).read())
    print("WeChat said", body, flush=True)
    openid = body.get("openid")
    if openid not in users:
        users[openid] = len(users) + 1
    return jsonify(body | {"server_errcode": 0, "token": str(users[openid]), "user_id": users[openid]})


@app.route("/me")
def me():
    """Believe the number in the header."""
    number = request.headers["Authorization"].split()[1]
    openid = next(one for one, known in users.items() if str(known) == number)
    return jsonify(user_id=int(number), openid=openid)


@app.route("/logout", methods=["POST"])
def logout():
    """Let the page forget its number."""
    return jsonify(ok=True)


def serve():
    """Serve on the port that PORT names, with the debugger on as in the tutorial."""
    from werkzeug.debug import DebuggedApplication
    from werkzeug.serving import make_server

    make_server("127.0.0.1", int(os.environ["PORT"]), DebuggedApplication(app), threaded=True).serve_forever()


if __name__ == "__main__":
    serve()
