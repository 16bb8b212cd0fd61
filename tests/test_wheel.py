"""The distribution: what wheel and sdist hold, and that an installed wheel serves without the checkout."""

import json
import signal
import subprocess
import sys
import tarfile
import urllib.parse
import urllib.request
import venv
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from emulator.scenario import schema

ROOT = Path(__file__).resolve().parents[1]
ADDED = "emulator/shipped/"


@pytest.fixture(name="dist", scope="module")
def fixture_dist(tmp_path_factory):
    """A folder with the sdist, and the wheel that is built from the sdist alone, as PyPI's users would."""
    folder = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(name="command", scope="module")
def fixture_command(dist, tmp_path_factory):
    """The command `mockdoor` of a fresh virtual environment into which the wheel is installed."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=True)
    _run(home / "bin" / "python", "-m", "pip", "install", "--quiet", _only(dist, "*.whl"), cwd=home)
    return home / "bin" / "mockdoor"


def test_the_wheel_holds_every_file_of_the_package_and_the_scenarios(dist):
    with zipfile.ZipFile(_only(dist, "*.whl")) as wheel:
        held = {name for name in wheel.namelist() if name.startswith("emulator/")}

    shipped = {ADDED + path.removeprefix("scenarios/") for path in _tracked("scenarios")}
    assert held == _tracked("emulator") | shipped
    assert {
        "emulator/py.typed",
        "emulator/js/package-lock.json",
        "emulator/js/src/host.mjs",
        "emulator/scenario/schema.json",
        "emulator/scenario/default.yaml",
        "emulator/data/casdoor/cert-built-in.key",
        "emulator/data/casdoor/cert-built-in.pem",
        "emulator/shipped/codes/invalid-code.yaml",
    } <= held


def test_the_sdist_holds_sources_scenarios_and_tests(dist):
    with tarfile.open(_only(dist, "*.tar.gz")) as sdist:
        held = {name.partition("/")[2] for name in sdist.getnames()}

    assert {*_tracked("emulator"), *_tracked("scenarios"), "pyproject.toml", "README.md"} <= held
    assert "tests/test_wheel.py" in held


def test_an_installed_wheel_serves_a_login(command, tmp_path):
    with _serving(command, cwd=tmp_path) as url:
        reply = _login(url)

    assert sorted(reply) == ["access_token", "expires_in", "id_token", "refresh_token", "scope", "token_type"]


def test_an_installed_wheel_serves_a_shipped_scenario(command, tmp_path):
    with _serving(command, "invalid-code", cwd=tmp_path) as url:
        query = urllib.parse.urlencode(
            {
                "appid": "wx0123456789abcdef",
                "secret": "0123456789abcdef0123456789abcdef",
                "js_code": "alice",
                "grant_type": "authorization_code",
            }
        )
        reply = _fetch(f"{url}/sns/jscode2session?{query}")

    assert reply["errcode"] == 40029


def test_an_installed_wheel_prints_its_schema(command, tmp_path):
    printed = _run(command, "schema", cwd=tmp_path)

    assert json.loads(printed) == schema()


@contextmanager
def _serving(command, *arguments, cwd):
    """Run `mockdoor serve` for the length of a with-statement; yields the URL."""
    line = [command, "serve", *arguments, "--port", "0", "--json", "--quiet"]
    with subprocess.Popen(line, cwd=cwd, stdout=subprocess.PIPE) as server:
        try:
            yield json.loads(server.stdout.readline())["url"]
        finally:
            server.send_signal(signal.SIGTERM)
    assert server.returncode == 0


def _login(url):
    form = {"tag": "wechat_miniprogram", "client_id": "6825f4f0af45554c8952", "code": "alice", "username": "alice"}
    return _fetch(f"{url}/api/login/oauth/access_token", urllib.parse.urlencode(form).encode())


def _fetch(url, body=None):
    with urllib.request.urlopen(url, body, timeout=10) as reply:
        return json.load(reply)


def _run(*line, cwd):
    done = subprocess.run(line, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _only(folder, pattern):
    (found,) = folder.glob(pattern)
    return found


def _tracked(folder):
    """Return the files of a folder of the checkout, relative to its root, without what Python and npm leave there."""
    files = (path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix != ".pyc")
    files = (path for path in files if "node_modules" not in path.parts)
    return {path.relative_to(ROOT).as_posix() for path in files}
