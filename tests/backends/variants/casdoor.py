"""The good backend through Casdoor, breaking one rule about Casdoor; those below `good/` break none."""

import threading

from flask import g, request


def _fails_at_denials(good):
    """Break down over an answer with `status: error`."""
    token_of = good.token_of
    good.token_of = lambda body: body["access_token"] if body.get("status") == "error" else token_of(body)


def _believes_forbidden(good):
    """Log in whoever has a token, whatever get-account says."""

    def user_of(token):
        user = good.claims_of(token)["sub"]
        good.get_account(token)
        return user

    good.user_of = user_of


def _reads_one_spelling(good):
    """Know only how old versions write the token."""
    token_of = good.token_of
    good.token_of = lambda body: token_of({name: body[name] for name in body if name != "accessToken"})


def _sends_undefined(good):
    """Ask Casdoor about an empty token, and do without an answer."""
    ask = good.ask_casdoor

    def asking(code):
        body = ask(code)
        if not good.denial_of(body):
            good.get_account(body.get("access_token"))
        return body

    good.ask_casdoor = asking


def _names_who_is_unknown(good):
    """Log in as whoever get-account names, be it nobody."""
    good.user_of = lambda token: (good.get_account(token).get("data") or {}).get("id")


def _takes_any_audience(good):
    """Hand out Casdoor's token, and take those of other applications too."""
    good.OWN_SESSIONS = False
    decode = good.jwt.decode

    class Lax:
        """PyJWT without a look at the audience."""

        PyJWTError, PyJWK, PyJWKSet = good.jwt.PyJWTError, good.jwt.PyJWK, good.jwt.PyJWKSet
        get_unverified_header = staticmethod(good.jwt.get_unverified_header)

        @staticmethod
        def decode(token, key, *, audience, options, **more):
            return decode(token, key, options=options | {"verify_aud": False}, **more)

    good.jwt = Lax


def _fails_at_expiry(good):
    """Break down when Casdoor does not know a token any more."""
    _hands_out_casdoors(good)

    def session_user(token):
        good.claims_of(token)
        return good.get_account(token)["data"]["id"]

    good.session_user = session_user


def _answers_empty(good):
    """Name nobody when Casdoor does not know a token any more."""
    _hands_out_casdoors(good)

    def session_user(token):
        good.claims_of(token)
        return (good.get_account(token)["data"] or {}).get("id")

    good.session_user = session_user


def _sends_nickname(good):
    """Send the nickname as Casdoor's unique name."""
    post = good.requests.post

    class Naming:
        """Requests that carry a name."""

        get = staticmethod(good.requests.get)

        @staticmethod
        def post(url, *, data, timeout):
            return post(url, data=data | {"username": request.get_json().get("nickname")}, timeout=timeout)

    good.requests = Naming


def _passes_the_row_on(good):
    """Reply with Casdoor's answer beside the token."""
    ask = good.ask_casdoor

    def asking(code):
        g.said = ask(code)
        return g.said

    def extend(response):
        if request.path == "/login" and response.status_code == 200:
            response.set_data(good.app.json.dumps(response.get_json() | {"casdoor": g.said}))
        return response

    good.ask_casdoor = asking
    good.app.after_request(extend)


def _hands_out_casdoors(good):
    """Hand out Casdoor's token, verified at each use."""
    good.OWN_SESSIONS = False


def _answers_in_envelopes(good):
    """Hand out Casdoor's token, and answer everything with status 200 and a `code`."""
    good.OWN_SESSIONS = False

    def wrap(response):
        code = 0 if response.status_code == 200 else response.status_code
        response.set_data(good.app.json.dumps({"code": code, "data": None if code else response.get_json()}))
        response.status_code = 200
        return response

    good.app.after_request(wrap)


def _names_nobody(good):
    """Answer a refusal of Casdoor's as a good login without values."""
    token_of = good.token_of

    class Nobody(Exception):
        """Casdoor said no."""

    def asking(body):
        if body.get("status") == "error":
            raise Nobody
        return token_of(body)

    good.token_of = asking
    empty = {"token": None, "user_id": None, "expires_in": good.DAYS_7}
    good.app.register_error_handler(Nobody, lambda _error: empty)


def _asks_casdoor_each_time(good):
    """Hand out Casdoor's token, and let Casdoor say whether it is good and whose."""
    good.OWN_SESSIONS = False

    def session_user(token):
        fields = {"token": token, "token_type_hint": "access_token"}
        credentials = good.CLIENT_ID, good.CLIENT_SECRET
        found = good.requests.post(
            f"{good.ENDPOINT}/api/login/oauth/introspect", data=fields, auth=credentials, timeout=(2, 3)
        ).json()
        if not found.get("active") or good.CLIENT_ID not in found.get("aud", ()):
            raise good.LoggedOut
        return good.account_of(token)["id"]

    good.session_user = session_user


def _refreshes(good, *, lock):
    """Keep Casdoor's tokens behind sessions of one's own, and refresh them when they have ended."""
    kept = {}
    start, own_user = good.start_session, good.session_user
    ask = good.ask_casdoor

    def asking(code):
        g.said = ask(code)
        return g.said

    def start_session(user, token):
        own = start(user, token)
        kept[own] = token, g.said.get("refresh_token") or g.said.get("refreshToken")
        return own

    def session_user(own):
        user = own_user(own)
        used = kept[own]
        try:
            good.account_of(used[0])
        except good.LoggedOut:
            with lock():
                if kept[own] == used:
                    kept[own] = _refresh(good, used[1])
        return user

    good.ask_casdoor, good.start_session, good.session_user = asking, start_session, session_user


def _refresh(good, token):
    fields = {"grant_type": "refresh_token", "refresh_token": token}
    fields |= {"client_id": good.CLIENT_ID, "client_secret": good.CLIENT_SECRET}
    url = f"{good.ENDPOINT}/api/login/oauth/refresh_token"
    body = good.requests.post(url, data=fields, timeout=(2, 3)).json()
    if good.denial_of(body):
        raise good.LoggedOut
    return body["access_token"], body["refresh_token"]


class _NoLock:
    """Where a lock should be: lets three requests at the same moment in together."""

    barrier = threading.Barrier(3)

    def __enter__(self):
        """Wait for two more, though not for ever."""
        try:
            self.barrier.wait(1)
        except threading.BrokenBarrierError:
            self.barrier.reset()

    def __exit__(self, *_given):
        """Let go of nothing."""


def _refreshes_once(good):
    lock = threading.Lock()
    _refreshes(good, lock=lambda: lock)


def _refreshes_too_often(good):
    _refreshes(good, lock=_NoLock)


VARIANTS = {
    "casdoor-denial-seen/empty": _names_who_is_unknown,
    "casdoor-denial-seen": _fails_at_denials,
    "casdoor-denial-seen/forbidden": _believes_forbidden,
    "casdoor-denial-seen/nobody": _names_nobody,
    "casdoor-both-spellings": _reads_one_spelling,
    "casdoor-both-spellings/undefined": _sends_undefined,
    "casdoor-token-verified": _takes_any_audience,
    "casdoor-expiry-handled": _fails_at_expiry,
    "casdoor-expiry-handled/empty": _answers_empty,
    "casdoor-expiry-handled/refreshes": _refreshes_too_often,
    "casdoor-name-taken": _sends_nickname,
    "casdoor-row-not-forwarded": _passes_the_row_on,
    "good/token": _hands_out_casdoors,
    "good/envelopes": _answers_in_envelopes,
    "good/introspection": _asks_casdoor_each_time,
    "good/refreshing": _refreshes_once,
}
