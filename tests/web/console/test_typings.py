"""Promises about wx.js under the types that WeChat publishes, which are the yardstick of what it plays."""

import json
import re
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from emulator.web.console import wx_script

HERE = Path(__file__).parent
CONSOLE = HERE.parents[2] / "emulator/web/console"
PACKAGES = ("miniprogram-api-typings@5.2.3", "typescript@5.9.3")
OPTIONS = {
    "strict": True,
    "noUncheckedIndexedAccess": True,
    "target": "es2022",
    "module": "nodenext",
    "lib": ["es2022"],
    "types": ["miniprogram-api-typings"],
}
LISTING = (
    "const {{ createWx }} = require('{script}');"
    "const wx = createWx({{ base: 'http://127.0.0.1:1' }});"
    "console.log(JSON.stringify(Object.fromEntries(Object.keys(wx).map((name) => [name, typeof wx[name]]))));"
)


class Echo(BaseHTTPRequestHandler):
    """Answers everything with its address, as JSON."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.dumps({"url": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.do_GET()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(name="echo", scope="module")
def fixture_echo():
    """The address of a server that echoes."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(name="project", scope="module")
def fixture_project(node, tmp_path_factory):
    """A folder with the typings, TypeScript, wx.js and wx.mjs with their types, and the program that uses them."""
    node("--version")
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed: the typings and TypeScript come from its registry")
    folder = tmp_path_factory.mktemp("typed")
    (folder / "package.json").write_text(json.dumps({"private": True}))
    command = [npm, "install", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=0", *PACKAGES]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=120, check=False)
    if done.returncode:
        pytest.skip(f"npm cannot install {' and '.join(PACKAGES)}: {done.stderr.strip()[:300]}")
    for name in ("wx.js", "wx.mjs"):
        (folder / name).write_text(wx_script(name), encoding="utf-8")
    for name in ("wx.d.ts", "wx.d.mts"):
        shutil.copy(CONSOLE / "static/wx.d.ts", folder / name)
    for name in ("typed_program.mts", "typings_names.cjs"):
        shutil.copy(HERE / name, folder)
    return folder


@pytest.fixture(name="declared", scope="module")
def fixture_declared(project):
    """What the typings declare of `wx`: name -> whether it is a function."""
    return json.loads(_run(project, "node", "typings_names.cjs"))


@pytest.fixture(name="played", scope="module")
def fixture_played(project):
    """What a `wx` has: name -> typeof."""
    return json.loads(_run(project, "node", "-e", LISTING.format(script="./wx.js")))


def test_a_program_that_uses_all_that_is_played_fits_the_typings_and_runs(project, running_default, echo):
    complaints = _compile(project, "typed_program.mts")

    with running_default() as base:
        failures = _run(project, "node", "typed_program.mjs", base, echo)

    assert (complaints, json.loads(failures)) == ("", [])


def test_the_program_uses_every_function_that_is_played(played):
    program = (HERE / "typed_program.mts").read_text("utf-8")

    used = set(re.findall(r"\b(?:wx|asking)\.(\w+)[(<.]", program))
    assert sorted(used) == sorted(played)


def test_the_types_list_what_is_played(played):
    types = (CONSOLE / "static/wx.d.ts").read_text("utf-8")

    listed = re.search(r"export type Played =([^;]+);", types)
    assert sorted(re.findall(r"'(\w+)'", listed[1])) == sorted(played)


def test_only_what_the_typings_declare_is_played(declared, played):
    functions = [name for name, is_function in declared.items() if is_function]
    count = sum(name in played for name in functions)
    print(f"wx.js plays {count} of the {len(functions)} functions of {PACKAGES[0]}")

    assert sorted(set(played) - set(declared)) == []
    assert {name: kind == "function" for name, kind in played.items()} == {name: declared[name] for name in played}


def test_every_declared_name_that_is_not_played_says_so(declared, played, project):
    text = (
        "const { createWx } = require('./wx.js'); const wx = createWx({ base: 'http://127.0.0.1:1' });"
        "const said = (name) => { try { wx[name](); return 'nothing'; } catch (error) { return error.message; } };"
        f"console.log(JSON.stringify(Object.fromEntries({json.dumps(sorted(declared))}"
        ".filter((name) => !(name in wx)).map((name) => [name, said(name)]))));"
    )

    said = json.loads(_run(project, "node", "-e", text))

    assert said == {name: f"wx.{name} is not played by mockdoor" for name in declared if name not in played}


@pytest.mark.parametrize(("name", "script"), [("wrong.mts", "./wx.mjs"), ("wrong.cts", "./wx.js")], ids=["esm", "cjs"])
def test_mistakes_do_not_fit_the_types(project, name, script):
    mistakes = {
        "wx.scanCode({});": "Property 'scanCode' does not exist on type 'Wx'",
        "wx.login({ success: ({ codes }) => codes });": "Property 'codes' does not exist",
        "createWx({ person: 'alice' });": "'person' does not exist in type 'Options'",
    }
    head = f"import {{ createWx }} from '{script}';\nconst wx = createWx({{ base: 'x' }});\n"
    (project / name).write_text(head + "\n".join(mistakes))

    complaints = _compile(project, name)

    assert [complaint in complaints for complaint in mistakes.values()] == [True] * len(mistakes)


def _compile(folder, name):
    """Compile a file and return what TypeScript complains about."""
    config = folder / "tsconfig.json"
    config.write_text(json.dumps({"compilerOptions": OPTIONS, "files": [name]}))
    return _run(folder, "node", "node_modules/typescript/bin/tsc", "-p", str(config), check=False)


def _run(folder, *command, check=True):
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done.stdout
