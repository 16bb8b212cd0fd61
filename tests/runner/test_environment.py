"""Promises about the environment in which programs find a server."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from emulator.runner.environment import Environment, NoEnvironment
from emulator.server.listener import Server

SESSION = "/sns/jscode2session?appid=wx0123456789abcdef&secret=0123456789abcdef0123456789abcdef&js_code=alice"
ASK = "import sys, urllib.request as u; sys.stdout.buffer.write(u.urlopen(sys.argv[1], timeout=30).read())"
HARD_CODED = f"https://api.weixin.qq.com{SESSION}"


@pytest.fixture(name="surrounded")
def fixture_surrounded(make_world, tmp_path, monkeypatch):
    """Serve the default world, with the environment for its programs, for the length of a with-statement."""
    monkeypatch.setenv("MOCKDOOR_HOME", str(tmp_path / "data"))
    plain = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}

    @contextmanager
    def serve(given=plain, **options):
        with Server(make_world(), port=0) as server, Environment(server, given=given, **options) as environment:
            yield environment, lambda url: program(url, given | environment.variables())

    return serve


def program(url, variables):
    done = subprocess.run([sys.executable, "-c", ASK, url], env=variables, capture_output=True, text=True, check=False)
    return done.stdout or done.stderr


def test_a_program_with_a_hard_coded_host_reaches_a_server_that_runs_already(surrounded):
    with surrounded() as (_, ask):
        body = ask(HARD_CODED)

    assert list(json.loads(body)) == ["session_key", "openid", "unionid"]


def test_a_program_finds_the_server_and_its_world(surrounded):
    with surrounded(proxy=False) as (environment, ask):
        variables = environment.variables()
        body = ask(f"{variables['WECHAT_API_BASE']}{SESSION}")
        certificate = Path(variables["CASDOOR_CERTIFICATE"]).read_text()

    assert list(json.loads(body)) == ["session_key", "openid", "unionid"]
    assert certificate.startswith("-----BEGIN CERTIFICATE-----")
    assert {"MOCKDOOR_URL", "CASDOOR_CLIENT_ID", "WECHAT_APPID"} < set(variables)
    assert {"HTTPS_PROXY", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"}.isdisjoint(variables)


def test_the_variables_are_made_once(surrounded):
    with surrounded() as (environment, _):
        first, second = environment.variables(), environment.variables()

    assert first == second


def test_closing_ends_the_proxy_and_leaves_the_server(surrounded):
    with surrounded() as (environment, _):
        variables = environment.variables()
        environment.close()
        plain = program(f"{variables['MOCKDOOR_URL']}{SESSION}", os.environ | variables)
        proxied = program(HARD_CODED, os.environ | variables)

    assert "openid" in json.loads(plain)
    assert "Connection refused" in proxied
    assert not Path(variables["SSL_CERT_FILE"]).exists()


def test_an_authority_that_cannot_be_used_says_so_in_its_words(surrounded, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "authority.pem").write_text("nonsense")

    with surrounded() as (environment, _), pytest.raises(NoEnvironment, match=r"authority\.pem: not an authority that"):
        environment.variables()


@pytest.mark.parametrize(("options", "loaded"), [({"proxy": False}, False), ({"proxy": True}, True)])
def test_what_tls_needs_is_loaded_when_the_variables_are_asked_for(tmp_path, options, loaded):
    code = (
        "import sys, datetime\n"
        "from emulator.control.worlds import open_world\n"
        "from emulator.runner.environment import Environment\n"
        "from emulator.scenario import load_default\n"
        "from emulator.server.listener import Server\n"
        "world = open_world(load_default(), wall=lambda: datetime.datetime.now(datetime.UTC))\n"
        f"with Server(world, port=0) as server, Environment(server, **{options}) as environment:\n"
        "    before = 'emulator.server.authority' in sys.modules\n"
        "    environment.variables()\n"
        "    print(before, 'emulator.server.authority' in sys.modules)\n"
    )
    variables = os.environ | {"MOCKDOOR_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == (f"False {loaded}\n", "")
