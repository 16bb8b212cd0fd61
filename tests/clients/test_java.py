"""WxJava and Casdoor's Java SDK, as they come from Maven, against the emulator."""

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

JAVA = Path(__file__).with_name("java")
TARGET = JAVA / "target"
BUILD = "mvn -q -f tests/clients/java/pom.xml package"
APPID = "wx0123456789abcdef"
OPENID, UNIONID = "oGk3T5bobbobbobbobbobbobbobb", "oAcmeBobbobbobbobbobbobbobbo"
SCENARIO = f"""
version: 1
miniprograms:
  {APPID}:
    pages: [pages/index]
    templates: {{ORDER_READY: [thing1, time2]}}
forbidden_words: {{赌博: 20006}}
personas:
  bob: {{openid: {OPENID}, unionid: {UNIONID}, phone: "13800138000"}}
"""
PHONE = ["13800138000", "13800138000", "86", APPID]
WXJAVA = {
    "login": [OPENID, UNIONID, 24],
    "login again": [40163, "code been used"],
    "login with a bad code": [40029, "invalid code"],
    "login without unionid": None,
    "token": [143, True],
    "token by force": True,
    "expired token": True,
    "expired token renewed": True,
    "busy twice": OPENID,
    "busy three times": [-1, "微信服务端异常，超出重试次数！"],
    "phone": PHONE,
    "phone again": [40029, "invalid code"],
    "user info": ["微信用户", True, APPID],
    "signature": True,
    "signature of other data": False,
    "encrypted phone": PHONE,
    # WxJava issue 4123: this release asks /wxa/checksessionkey.
    "session": ["HttpResponseException", "status code: 404, reason phrase: Not Found"],
    "message without permit": [43101, "user refuse to accept the msg"],
    "message": True,
    "message again": [43101, "user refuse to accept the msg"],
    "text": True,
    "forbidden text": [87014, "risky content"],
    # WxJava sends "2", a text; that WeChat takes only the number for the second version is assumed.
    "forbidden text, version 2": [87014, "risky content"],
    "code": [0xFF, 0xD8],
    "code of a page that is not there": [41030, "invalid page"],
}
CASDOOR = {
    "token": ["test", "alice", "app-docs"],
    "forged token": "Cannot verify signature.",
    "account": "alice",
    "sign-in address": "/login/oauth/authorize?client_id=6825f4f0af45554c8952&response_type=code"
    "&redirect_uri=http%3A%2F%2Flocalhost%3A9000%2Fcallback&scope=read&state=app-docs",
    "unknown code": "invalid_grant, authorization code: [nobody] is invalid",
    "user": ["test", "alice", True],
    "nobody": None,
    "users": ["alice", "boss", "linked"],
    "users by name": ["alice", "boss", "linked"],
    "count": 3,
    "page": [2, 3],
    "update": "Affected",
    "updated": ["爱丽丝", "alice@example.com", True],
    "user by email": "alice",
    "update of an id": "The ID is immutable.",
    "wrong secret": "Unauthorized operation",
    "add": "Affected",
    "added": "Zoe",
    "delete": "Affected",
    "deleted": None,
    "application": "app-docs",
    "organization": "test",
    "role added": "Affected",
    "roles": ["cashier"],
}
#: What the SDK asks under /api/ and mockdoor answers by a 404 or by saying that it does not play it.
NOT_PLAYED_YET = {
    "add-payment",
    "add-policy",
    "add-pricing",
    "add-product",
    "add-record",
    "add-subscription",
    "add-syncer",
    "delete-payment",
    "delete-pricing",
    "delete-product",
    "delete-subscription",
    "delete-syncer",
    "get-globle-certs",
    "get-payment",
    "get-payments",
    "get-policies",
    "get-pricing",
    "get-pricings",
    "get-product",
    "get-products",
    "get-record",
    "get-subscription",
    "get-subscriptions",
    "get-syncer",
    "get-syncers",
    "remove-policy",
    "update-payment",
    "update-policy",
    "update-pricing",
    "update-product",
    "update-subscription",
    "update-syncer",
}


@pytest.fixture(name="built", scope="module")
def fixture_built():
    """Compile the program without the network; what it needs must have been fetched before."""
    for command in ("java", "mvn"):
        if shutil.which(command) is None:
            pytest.skip(f"{command} is not installed; .ci/clients sees to it")
    if not (TARGET / "lib").is_dir():
        pytest.skip(f"the Java libraries are not here; fetch them with: {BUILD}")
    command = ["mvn", "-B", "-o", "-q", "-f", str(JAVA / "pom.xml"), "package"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, f"{done.stdout}\nIf a library is missing: {BUILD}"


@pytest.fixture(name="run")
def fixture_run(built, tmp_path):  # compiled first
    """Run one sub-command beside an emulator, through `mockdoor exec`, and return what it saw."""
    scenario = tmp_path / "java.yaml"
    scenario.write_text(SCENARIO, "utf-8")

    def run(check, *options, java=()):
        path = os.pathsep.join((str(TARGET / "classes"), f"{TARGET / 'lib'}{os.sep}*"))
        emulator = [sys.executable, "-m", "emulator", "exec", "--scenario", str(scenario), *options, "--"]
        done = subprocess.run(
            [*emulator, "java", *java, "-cp", path, "clients.Main", check],
            env=os.environ | {"MOCKDOOR_HOME": str(tmp_path / "home")},
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.mark.usefixtures("built")
def test_the_libraries_are_those_of_the_lock():
    lines = (JAVA / "dependencies.sha256").read_text("utf-8").splitlines()

    found = {path.name: sha256(path.read_bytes()).hexdigest() for path in (TARGET / "lib").iterdir()}

    assert found == {name: digest for digest, name in map(str.split, lines)}


def test_wxjava_with_its_host_setting_asks_the_emulator(run):
    assert run("wxjava-host", "--no-proxy") == WXJAVA


def test_wxjava_on_okhttp_runs_with_nothing_set(run):
    # On OkHttp WxJava takes the page of a 404 for a success.
    assert run("wxjava-okhttp") == WXJAVA | {"session": ["accepted", True]}


def test_wxjava_with_its_proxy_setting_runs_on_wechats_host(run):
    assert run("wxjava-proxy") == WXJAVA


def test_wxjava_with_nothing_set_passes_the_proxy_by(run, tmp_path):
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 api.weixin.qq.com localhost\n", "utf-8")  # so that nothing leaves this machine

    seen = run("wxjava-plain", java=[f"-Djdk.net.hosts.file={hosts}"])

    kind, message = seen["token"]
    assert kind in ("HttpHostConnectException", "SSLHandshakeException"), message


def test_casdoors_sdk_works_for_a_user_of_a_mini_program(run):
    assert run("casdoor", "--no-proxy") == CASDOOR


def test_what_casdoors_sdk_asks_and_nobody_plays_is_listed(run):
    seen = run("casdoor-calls", "--no-proxy")

    assert {call.partition(" /api/")[2] for call, is_played in seen.items() if not is_played} == NOT_PLAYED_YET
