"""Go's HTTP client, silenceper/wechat and casdoor-go-sdk, as they come, against a running emulator."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.wechat.operations import OPERATIONS

FOLDER = Path(__file__).parent / "go"
DOWNLOAD = "cd tests/clients/go && go mod download"
APPID = "wx0123456789abcdef"
TEMPLATE = "NDLFwq_oBGAsSTrjQ9fKyyVmzJmHyiVbeVgJ-Rd8cb4"
#: What DevTools' wx.login gives without a real appid.
MOCK_CODE = "the code is a mock one"
SCENARIO = f"""
version: 1
miniprograms:
  {APPID}:
    pages: [pages/index]
    templates: {{{TEMPLATE}: [thing1, time2]}}
forbidden_words: {{赌博: 20006}}
personas: {{小明: {{}}, {MOCK_CODE}: {{}}, bob: {{}}}}
"""
#: What casdoor-go-sdk can ask for below /api/, and mockdoor answers by saying that it does not play it.
CASDOOR_NOT_PLAYED_YET = {
    "GET": """
    get-invitation get-invitation-info get-invitations get-ldap get-ldaps get-payment get-payments
    get-policies get-pricing get-pricings get-product get-products get-record get-subscription
    get-subscriptions get-syncer get-syncers get-transaction get-transactions get-user-payments
    get-user-transactions
    """,
    "POST": """
    add-invitation add-ldap add-payment add-policy add-pricing add-product add-record add-subscription
    add-syncer add-transaction buy-product delete-invitation delete-ldap delete-payment
    delete-pricing delete-product delete-subscription delete-syncer delete-transaction get-filtered-policies
    invoice-payment mfa/setup/enable mfa/setup/initiate mfa/setup/verify notify-payment remove-policy
    set-preferred-mfa update-invitation update-ldap update-payment
    update-policy update-pricing update-product update-subscription update-syncer update-transaction
    """,
}
#: What silenceper/wechat can ask for about logins, subscribe messages, content and codes, and WeChat's does not.
WECHAT_NOT_PLAYED_YET = """
    /wxa/business/getuserencryptkey /wxaapi/newtmpl/getcategory /wxaapi/newtmpl/getpubtemplatekeywords
    /wxaapi/newtmpl/getpubtemplatetitles /wxaapi/newtmpl/gettemplate
    /cgi-bin/message/wxopen/template/uniform_send /cgi-bin/wxaapp/createwxaqrcode
    /wxa/business/checkencryptedmsg /wxa/get_user_notify /wxa/getpluginopenpid /wxa/getwxacode
    /wxa/img_sec_check /wxa/media_check_async /wxa/set_user_notify /wxa/set_user_notifyext
    /wxaapi/newtmpl/addtemplate /wxaapi/newtmpl/deltemplate
"""


@pytest.fixture(name="clients", scope="module")
def fixture_clients(tmp_path_factory):
    """The path of the program in `tests/clients/go`, built with the exact versions of its go.sum."""
    go = shutil.which("go")
    if go is None:
        pytest.skip(f"go is not installed; then: {DOWNLOAD}")
    downloaded = subprocess.run([go, "mod", "download"], cwd=FOLDER, capture_output=True, text=True, timeout=300)
    assert "SECURITY ERROR" not in downloaded.stderr
    if downloaded.returncode:
        pytest.skip(f"the Go modules cannot be downloaded; {DOWNLOAD} says: {downloaded.stderr.strip()[-200:]}")
    path = tmp_path_factory.mktemp("go") / "clients"
    built = subprocess.run(
        [go, "build", "-mod=readonly", "-o", path, "."], cwd=FOLDER, capture_output=True, text=True, timeout=300
    )
    assert (built.returncode, built.stderr) == (0, "")
    return path


@pytest.fixture(name="run", scope="module")
def fixture_run(clients, tmp_path_factory):
    """Run a subcommand of the program next to an emulator, as a user of `mockdoor exec` does; returns its JSON."""
    folder = tmp_path_factory.mktemp("exec")
    scenario = folder / "go.yaml"
    scenario.write_text(SCENARIO, "utf-8")
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    environment["MOCKDOOR_HOME"] = str(folder / "data")

    def run(*words, options=("--scenario", scenario)):
        done = subprocess.run(
            [sys.executable, "-m", "emulator", "exec", *map(str, options), "--", clients, *words],
            capture_output=True,
            encoding="utf-8",
            env=environment,
            timeout=120,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    return run


@pytest.fixture(name="wechat", scope="module")
def fixture_wechat(run):
    """What silenceper/wechat found, by the name of the check; errors without the rid or the hint at their end."""
    return {name: plain(value) for name, value in run("wechat", TEMPLATE).items()}


@pytest.mark.parametrize("base", ["$WECHAT_API_BASE", "https://api.weixin.qq.com"], ids=["http", "https by the proxy"])
def test_a_code_that_go_does_not_escape_logs_its_person_in(run, base):
    sent = ["小明", MOCK_CODE, "no body"]

    openids = run("raw", base, *sent)

    assert openids == {
        "小明": "oGk3T5LWcGCMwglnLxWPyZSvl4sb",
        MOCK_CODE: "oGk3T5x7hqwHVT-j7bYuA9tcsroN",
        "no body": None,
    }


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("token", [143, True, None]),
        ("stable token", [True, True, None]),
        ("token with a wrong secret", "get access_token error : errcode=40125 , errormsg=invalid appsecret"),
        ("session", [28, 24, 28, None]),
        ("session of a spent code", "Code2Session error : errcode=40163 , errmsg=code been used"),
        ("session of an unknown code", "Code2Session error : errcode=40029 , errmsg=invalid code"),
        ("session of a code with spaces", None),
        ("live session", None),
        ("session with a wrong signature", "CheckSession Error , errcode=87009 , errmsg=invalid signature"),
        ("unionid of who paid", [28, None]),
        ("phone", [11, "86", APPID]),
        ("phone of a spent code", "phonenumber.getPhoneNumber Error , errcode=40029 , errmsg=invalid code"),
        ("user info", ["微信用户", "oGk3T5CAlCtDwXsjytiLgXoWjNpT", APPID]),
        ("user info with a wrong key is refused", True),
        ("message", [True, None]),
        ("message without a permit", "Send Error , errcode=43101 , errmsg=user refuse to accept the msg"),
        ("content", None),
        ("forbidden content", "security.MsgCheckV1 Error , errcode=87014 , errmsg=risky content"),
        ("forbidden content, version 2", ["risky", 20006, None]),
        ("code", ["jpeg", 300, 300, None]),
        ("code of a page that is not there", "fetchCode error : errcode=41030 , errmsg=invalid page"),
    ],
)
def test_silenceper_wechat_finds(wechat, check, expected):
    assert wechat[check] == expected


@pytest.mark.parametrize("profile", ["docs", "classic", "current"])
def test_casdoor_go_sdk_finds(run, profile):
    found = run("casdoor", options=("--profile", profile))

    claims = ["test", "alice", "access-token", ["6825f4f0af45554c8952"], True, False]
    assert found == {
        "login": claims,
        "forged": "crypto/rsa: verification error",
        "introspect": [True, True, None],
        "refresh": ["Bearer", True, claims],
        "refresh with an unknown token": 'oauth2: "invalid_grant" "refresh token is invalid or revoked"',
        "code": 'oauth2: "invalid_grant" "authorization code: [unknown] is invalid"',
        "get-user": ["test", "alice", "app-docs", True],
        "get-user by id": [True, None],
        "get-user of nobody": [None, None],
        "get-users": [3, None],
        "get-users by page": [2, 3, None],
        "get-user-count": [3, None],
        "get-application": [True, None],
        "get-organization": [True, None],
        "roles": [True, None, ["cashier"], None],
        "update-user": [True, None, "小明 Zhang"],
        "update-user for columns": [True, None, "Alice", ""],
        "update-user of an id": [False, "The ID is immutable."],
        "add-user": [True, None, "Carol"],
        "delete-user": [True, None, None],
        "wrong secret": "Unauthorized operation",
    }


def test_every_check_of_silenceper_wechat_is_looked_at(wechat):
    (mark,) = (one for one in test_silenceper_wechat_finds.pytestmark if one.name == "parametrize")

    assert set(wechat) == {check for check, _ in mark.args[1]}


def test_what_casdoor_go_sdk_asks_for_in_vain_is_listed(run):
    found = run("casdoor-not-played", options=())

    listed = {f"{method} /api/{name}" for method, names in CASDOOR_NOT_PLAYED_YET.items() for name in names.split()}
    assert set(found["not played"]) == listed


def test_what_silenceper_wechat_asks_for_in_vain_is_listed(run):
    asked = {path.partition(" ")[2] for path in run("wechat-paths")["paths"]}

    assert asked - set(OPERATIONS) == set(WECHAT_NOT_PLAYED_YET.split())


def plain(value):
    """Return a text without what WeChat adds to an errmsg; anything else as it is."""
    return re.split(r",? (?:rid|hint): ", value)[0] if isinstance(value, str) else value
