"""What the tests of audits share: a backend started for one audit, and the rules that it broke."""

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from emulator.audit.canaries import Canaries
from emulator.audit.description import describe
from emulator.audit.evidence import Evidence
from emulator.audit.examine import examine
from emulator.audit.observer import Observer
from emulator.audit.probe import Probe
from emulator.audit.rules.registry import RULES, NotExamined
from emulator.audit.stage import Stage
from emulator.audit.world import audit_world
from emulator.casdoor.repositories import Applications
from emulator.control.service import ControlService
from emulator.runner.results import Received, Sent
from emulator.scenario import parse
from emulator.scenario.model import scenario_of
from emulator.server.listener import Server

BACKENDS = Path(__file__).parents[1] / "backends"
#: How to log in at good_direct.py, with everything that a description can say of it.
DIRECT = """
version: 1
audit:
  app: backend
  login:
    request: {method: POST, path: /login, json: {code: "${code}", nickname: "${nickname}", avatar: "${avatar}"}}
    success: {status: 200, json: {token: {$type: string}}}
    refused: {status: [400, 401, 403]}
    unavailable: {status: 503}
    logged_in: {request: {path: /me, headers: {Authorization: "Bearer ${token}"}}, expect: {status: 200}}
    logout: {request: {method: POST, path: /logout, headers: {Authorization: "Bearer ${token}"}}}
    openid: $.openid
"""


class StartedApp:
    """A backend of tests/backends in a process of its own."""

    def __init__(self, url, output):
        self.url = url
        self._output = output

    def mark(self):
        return self._output.stat().st_size

    def printed(self, mark):
        return self._output.read_bytes()[mark:].decode("utf-8", "replace")


@pytest.fixture(name="described")
def fixture_described():
    return DIRECT


@pytest.fixture(name="audit", scope="session")
def fixture_audit(tmp_path_factory):
    """Audit a backend and return the report: `audit(["good_direct.py"], text, troubles=[…])`."""

    def audit(command, text, **options):
        folder = tmp_path_factory.mktemp("audit")
        scenario = parse(text, folder / "audit.scenario.yaml")
        world = audit_world(scenario)
        with Server(world, port=0) as server, started(command, environment(server, world), folder) as app:
            stage = Stage(
                description=describe(scenario.audit),
                service=ControlService(world),
                observer=Observer(server.app),
                app=app,
                variables=scenario.variables,
            )
            return examine(
                stage, skip=options.pop("skip", {}), watched=True, hints=options.pop("hints", True), **options
            )

    return audit


@pytest.fixture(name="broken_by", scope="session")
def fixture_broken_by(audit):
    """Return the rules that a spoiled backend breaks: `broken_by("good_direct", "codes", "busy-retried", text, …)`.

    Hints count for a variant that is about them only: hardly one of the others writes every outage down.
    """

    def broken_by(backend, module, rule, text, *troubles):
        report = audit(["variants", backend, module, rule], text, troubles=troubles)
        about = rule.replace(":", "/").partition("/")[0]
        return sorted({one.rule for one in report.findings if one.severity != "info" or one.rule == about})

    return broken_by


def environment(server, world):
    """Return the variables by which a backend finds the emulator."""
    application = world.state.get(Applications).all()[0]
    program = next(iter(scenario_of(world.state).miniprograms.values()))
    return {
        "WECHAT_API_BASE": server.url,
        "WECHAT_APPID": program.appid,
        "WECHAT_SECRET": program.secret,
        "CASDOOR_ENDPOINT": server.url,
        "CASDOOR_CLIENT_ID": application.client_id,
        "CASDOOR_CLIENT_SECRET": application.client_secret,
    }


@contextmanager
def started(command, variables, folder):
    """Start a backend for the length of a with-statement, on a port that the system picks."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    output = folder / "output.txt"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [_interpreter(command[0]), *command],
            cwd=BACKENDS,
            env=os.environ | variables | {"PORT": str(port)},
            stdout=file,
            stderr=file,
        )
    try:
        wait_for(port, process, output)
        yield StartedApp(f"http://127.0.0.1:{port}", output)
    finally:
        process.kill()
        process.wait()


def _interpreter(program):
    """Return what runs a program; skips where that, or what it needs, is not installed."""
    if not program.endswith((".js", ".mjs")):
        return sys.executable
    folder = (BACKENDS / program).parent
    install = f"npm ci --prefix tests/backends/{folder.name}"
    if shutil.which("node") is None:
        pytest.skip("Node is not installed")
    if (folder / "package.json").exists() and not (folder / "node_modules").is_dir():
        pytest.skip(f"the libraries are not installed; do: {install}")
    return "node"


def wait_for(port, process, output):
    """Wait until a backend takes connections."""
    for _ in range(400):
        assert process.poll() is None, output.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(output.read_text())


def probe_of(*, trouble, label="", status=200, body="", failure="", outcome="other", **more):
    """Return a request of an audit and its reply, made up."""
    sent = Sent(method="POST", url="http://127.0.0.1:1/login", path="/login", headers=())
    received = Received(status=0 if failure else status, body=body, failure=failure)
    fixed = {"person": "", "code": "", "began": 0, "ended": 1}
    return Probe(trouble=trouble, label=label, sent=sent, received=received, outcome=outcome, **fixed | more)


@pytest.fixture(name="evidence")
def fixture_evidence():
    """Return what an audit that made some requests has seen: `evidence([{"trouble": "none", "status": 500}])`."""

    def evidence(probes, **known):
        login = {"request": {"path": "/login"}, "success": {"status": 200}, "logged_in": {"path": "/me"}}
        found = [probe_of(**one) for one in probes]
        given = {"canaries": Canaries(), "through_casdoor": False, "watched": True} | known
        description = describe({"app": "backend", "login": login})
        return Evidence(description=description, all_probes=found, staged=["none"], **given)

    return evidence


@pytest.fixture(name="verdict")
def fixture_verdict(evidence):
    """Return what a rule says of some requests, or why it does not: `verdict("rule", [{"trouble": "none"}])`."""

    def verdict(rule, probes, **known):
        try:
            return list(RULES[rule].check(evidence(probes, **known)))
        except NotExamined as error:
            return str(error)

    return verdict
