"""The good backend as many Chinese APIs answer: HTTP 200 for everything, and `{code, message, data}` that says what."""

from good_direct import Blocked, HTTPException, Refused, Unavailable, app, jsonify, log, serve

#: The codes of the envelope.
OK, NOT_LOGGED_IN, BAD_REQUEST, CODE_REFUSED, BLOCKED, UNAVAILABLE = 0, 40100, 40000, 40001, 40300, 50300


def failed(code, message):
    """Return an answer that is no success."""
    return jsonify(code=code, message=message, data=None)


@app.after_request
def into_envelope(reply):
    """Put what the good backend answers into the envelope."""
    body = reply.get_json(silent=True) or {}
    if "code" in body:
        return reply
    if reply.status_code == 200:
        return jsonify(code=OK, message="ok", data=body)
    code = {400: BAD_REQUEST, 401: NOT_LOGGED_IN}.get(reply.status_code, reply.status_code * 100)
    return failed(code, body.get("message", ""))


@app.errorhandler(Refused)
def refused(_error):
    """Ask for a new code."""
    return failed(CODE_REFUSED, "call wx.login again")


@app.errorhandler(Blocked)
def blocked(_error):
    """Let somebody know that trying again does not help."""
    return failed(BLOCKED, "this account may not log in")


@app.errorhandler(Unavailable)
def unavailable(error):
    """Ask for patience, and write the cause down."""
    log.warning("WeChat cannot be used: %s", error)
    return failed(UNAVAILABLE, "try again in a minute")


@app.errorhandler(HTTPException)
def http_error(error):
    """Answer what Flask refuses in the envelope as well."""
    return failed(error.code * 100, "not here")


if __name__ == "__main__":
    serve()
