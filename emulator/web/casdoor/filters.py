"""What happens to every request to Casdoor before and after its controller (facts/casdoor.md 1.5)."""

import gzip
import zlib
from dataclasses import replace
from datetime import timedelta

from werkzeug.http import http_date

from emulator.casdoor.access import authorize, check_name, sign_in_session
from emulator.casdoor.faults import name_persona
from emulator.casdoor.requests import ApiRequest
from emulator.casdoor.sessions import Sessions
from emulator.casdoor.texts import controller_language
from emulator.casdoor.versions import version_of
from emulator.core.reply import Reply
from emulator.journal.reasons import reason
from emulator.web.casdoor import cors, faults, replies
from emulator.web.casdoor.context import CasdoorContext
from emulator.web.casdoor.origin import origin_of
from emulator.web.casdoor.reading import SESSION_COOKIE, BadContentType, BadForm, read_request

_COOKIE_LIFE = timedelta(days=30)
_NO_CREDENTIALS = "/api/login/oauth/access_token"
_API = ("/api/", "/.well-known/")


def before(context: CasdoorContext) -> Reply | None:
    """Run the filters; return a reply where one of them answers."""
    tx = context.tx
    tx.origin = origin_of(context.http)
    version = version_of(tx)
    try:
        context.request = read_request(context.http, context.target, drops_bad_pairs=version.drops_bad_pairs)
    except BadContentType:
        refuses = version.refuses_content_type
        return replies.content_type_error(context) if refuses else replies.form_error(context)
    except BadForm:
        return replies.form_error(context)
    tx.language = controller_language(context.request.accept_language)
    _find_session(context)
    return faults.match(context) or _filter(context)


def _filter(context: CasdoorContext) -> Reply | None:
    tx, asked = context.tx, context.request
    if not asked.path.startswith(_API):
        tx.trace.operation = "casdoor.web_page"
        return replies.web_page(context)
    if not asked.path.startswith(_NO_CREDENTIALS) or version_of(tx).login_checks_credentials:
        context.session = sign_in_session(tx, asked, context.session)
    reply = _share(context, asked)
    if reply is not None:
        return reply
    name_persona(tx, context.caller)
    authorize(tx, asked, context.caller)
    if version_of(tx).checks_characters:
        check_name(asked)
    return replies.not_found(context) if asked.method == "HEAD" else None


def _share(context: CasdoorContext, asked: ApiRequest) -> Reply | None:
    """Decide what other origins may read; answer a preflight and a foreign origin."""
    origin, host = context.http.headers.get("Origin", ""), context.http.host
    shared = cors.decide(context.tx, method=asked.method, target=context.target, origin=origin, host=host)
    if shared is None:
        context.tx.trace.why = reason("origin-not-allowed", origin=origin, host=host)
        return replies.empty(403)
    preflight = asked.method == "OPTIONS"
    context.cors = shared or (cors.preflight_without_origin() if preflight else {})
    return replies.empty(200) if preflight else None


def after(context: CasdoorContext, reply: Reply) -> Reply:
    """Give a finished reply Casdoor's headers, and what planned faults do to it."""
    if not version_of(context.tx).envelope_has_data3:
        reply = replies.without_data3(reply)
    reply = faults.alter(context, reply)
    headers = [*reply.headers, ("Server", version_of(context.tx).server)]
    if not context.bare:
        headers += [("Set-Cookie", cookie) for cookie in context.cookies]
        headers += context.cors.items()
    reply = replace(reply, headers=tuple(headers))
    if context.http.method in ("GET", "HEAD"):
        reply = _compressed(context, reply)
    return _in_order(reply)


def _find_session(context: CasdoorContext) -> None:
    """Find the session of the request's cookie, or start one and have the reply set its cookie."""
    sessions = context.tx.get(Sessions)
    known = sessions.find(context.request.session)
    context.session = known or sessions.start(context.tx)
    if known is None:
        _set_session_cookie(context)


def sign_out(context: CasdoorContext) -> None:
    """Put a new session, in which nobody is signed in, in place of the request's, and have the reply set its cookie."""
    known = context.session.id == context.request.session
    context.session = context.tx.get(Sessions).sign_out(context.tx, context.session, known=known)
    _set_session_cookie(context)


def _set_session_cookie(context: CasdoorContext) -> None:
    expires, age = http_date(context.tx.at + _COOKIE_LIFE), int(_COOKIE_LIFE.total_seconds())
    cookie = f"{SESSION_COOKIE}={context.session.id}; Path=/; Expires={expires}; Max-Age={age}; HttpOnly"
    context.cookies.append(cookie)


def _compressed(context: CasdoorContext, reply: Reply) -> Reply:
    accepted = context.http.headers.get("Accept-Encoding", "")
    if not reply.body or reply.status >= 300:
        return reply
    if "gzip" in accepted:
        body, coding = gzip.compress(reply.body, mtime=0), "gzip"
    elif "deflate" in accepted:
        body, coding = zlib.compress(reply.body), "deflate"
    else:
        return reply
    return replace(reply, body=body, headers=(*reply.headers, ("Content-Encoding", coding)))


def _in_order(reply: Reply) -> Reply:
    """Return a reply with its headers as Go's net/http writes them: by name; beego counts the bytes of JSON itself."""
    headers = dict(reply.headers)
    counted = headers.get("Content-Type") == replies.JSON and "Content-Length" not in headers
    length = (("Content-Length", str(len(reply.body))),) if counted else ()
    return replace(reply, headers=tuple(sorted((*length, *reply.headers), key=lambda header: header[0])))
