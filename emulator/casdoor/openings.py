"""What Casdoor opens to all (facts/casdoor.md 1.6)."""

import re

from emulator.casdoor.requests import ApiRequest
from emulator.casdoor.versions import Version

_OPEN_GETS = frozenset(
    {"get-account", "userinfo", "user", "health", "get-user", "get-application", "get-app-login"}
    | {"get-organizations", "get-organization-names", "get-organization-applications", "get-user-application"}
    | {"get-default-application", "get-provider", "get-resources", "get-records", "get-email-and-phone"}
    | {"get-all-objects", "get-all-actions", "get-all-roles"}
)
_OPEN_POSTS = frozenset(
    {
        "login",
        "signup",
        "device-auth",
        "set-password",
        "send-verification-code",
        "verify-code",
        "upload-resource",
        "unlink",
    }
)
_OPEN_BOTH = frozenset({"logout", "sso-logout"})
_OPEN_DISCOVERY = re.compile(
    r"/\.well-known(?:/[^/]+)?"
    r"/(?:openid-configuration|oauth-authorization-server|oauth-protected-resource|webfinger)"
)
_OPEN_KEYS = re.compile(r"/\.well-known(?:/[^/]+)?/jwks")


def is_open(version: Version, request: ApiRequest) -> bool:
    """Return whether the filter lets everybody pass, whatever the request is about."""
    path = request.path
    if path.rpartition("/")[2] in version.closed_paths:
        return False
    if path.startswith("/.well-known/") and path.count("/") > 2 and not version.discovery_per_application:
        return False
    if path.startswith("/api/login/oauth/") or _OPEN_KEYS.fullmatch(path):
        return True
    action = path.removeprefix("/api/")
    if request.method == "POST":
        return action in _OPEN_POSTS or action in _OPEN_BOTH
    if request.method != "GET":
        return False
    return action in _OPEN_GETS or action in _OPEN_BOTH or _OPEN_DISCOVERY.fullmatch(path) is not None
