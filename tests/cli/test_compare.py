"""mockdoor compare from the command line, with an emulator of another version as the target."""

import json
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from emulator.cli.main import main
from emulator.control.service import ControlService
from emulator.control.worlds import open_world
from emulator.scenario import load_default, parse
from emulator.server.authority import Authority
from emulator.server.entrance import open_tls
from emulator.server.listener import Server

SECRET = "s3cret-of-the-target"
LOOK = "steps:\n  - request: {path: /.well-known/openid-configuration}\n"
LOGIN = "steps:\n  - login: {code: alice}\n  - get_account: {}\n  - refresh: {}\n"
SESSIONS = (
    "    $.backchannel_logout_supported\n      emulator: true\n      target:   nothing there\n"
    "    $.backchannel_logout_session_supported\n      emulator: true\n      target:   nothing there\n"
)


@pytest.fixture(name="compare")
def fixture_compare(tmp_path, monkeypatch):
    """Compare the text of a scenario with a target."""
    monkeypatch.chdir(tmp_path)

    def compare(target, text, *words):
        (tmp_path / "my.scenario.yaml").write_text(f"version: 1\nname: mine\n{text}", "utf-8")
        return CliRunner().invoke(main, ["compare", "--target", target, "my.scenario.yaml", *words])

    return compare


@pytest.fixture(name="secure")
def fixture_secure(tmp_path):
    """An authority, and an emulator of profile classic behind its certificate; yields the port."""
    authority = Authority.open(folder=tmp_path / "authority")
    world = open_world(load_default(), wall=lambda: datetime.now(UTC), profile="classic")
    server = Server(world, port=0)
    port = open_tls(server, authority).port
    with server:
        yield authority, port


@pytest.mark.parametrize("profile", ["classic", "current"])
def test_an_emulator_of_the_same_version_is_alike(compare, running_default, profile):
    with running_default(profile=profile) as url:
        done = compare(url, LOGIN, "--allow-writes", "--profile", profile)

    assert (done.exit_code, done.stdout) == (0, f"mine [{profile}]\n3 alike, 0 different, 0 left out\n")


def test_another_version_differs_by_json_path(compare, running_default):
    with running_default(profile="classic") as url:
        done = compare(url, LOOK, "--profile", "current")

    shown = f"  my.scenario.yaml:4: GET /.well-known/openid-configuration\n{SESSIONS}"
    assert (done.exit_code, done.stdout) == (1, f"mine [current]\n{shown}0 alike, 1 different, 0 left out\n")


@pytest.mark.parametrize("profile", ["classic", "current"])
def test_the_nearest_version_is_found_by_the_discovery_document(compare, running_default, profile):
    with running_default(profile=profile) as url:
        done = compare(url, LOOK)

    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, f"mine [{profile}]")
    assert f"like profile {profile}," in done.stderr


def test_an_application_is_told_the_version(compare, running_default):
    application = load_default().applications[0]
    credentials = ["--client-id", application.text("clientId"), "--client-secret", application.text("clientSecret")]
    with running_default(profile="classic") as url:
        done = compare(url, LOOK, *credentials)

    assert done.stderr == f"{url}: Casdoor v3.35.0 is the recorded version of profile classic\n"
    assert credentials[-1] not in done.output


def test_steps_for_the_control_api_are_left_out_with_a_reason(compare, running_default):
    steps = "steps:\n  - wx.login: {as: alice}\n  - advance: 5m\n    retry: {times: 9, every: 5s}\n"
    steps += "  - login: {as: alice}\n  - login: {code: '${code}'}\n  - code2session: {code: x}\n"
    with running_default() as url:
        done = compare(url, steps, "--allow-writes", "--json")
        (scenario,) = json.loads(done.stdout)["scenarios"]

    assert (done.exit_code, done.stderr.splitlines()[-1]) == (2, "nothing was compared: every step was left out")
    control = "no control API on a real server, which this step needs"
    assert [one.get("reason") for one in scenario["steps"]] == [
        control,
        control,
        control,
        "${code} has no value yet: no step so far has set it",
        "asks WeChat, which is not the target",
    ]


def test_each_side_keeps_what_it_captured(compare, running_default):
    steps = LOGIN + "  - request: {path: '/api/get-user?id=${owner}/${user}'}\n    capture: {id: $.data.id}\n"
    steps += "  - request: {path: '/api/get-user?userId=${id}&owner=test'}\n"
    with running_default(profile="current") as url:
        done = compare(url, steps, "--allow-writes", "--profile", "current")

    assert done.stdout.endswith("5 alike, 0 different, 0 left out\n"), done.stdout


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ("login: {code: alice}", "a login with a code of a mini program makes its user on the target"),
        ("update_user: {displayName: x}", "update_user changes a user"),
        (
            "request: {method: POST, path: /api/delete-user, json: {}}",
            "POST /api/delete-user changes what the target keeps",
        ),
    ],
)
def test_what_changes_users_is_refused_before_anything_is_sent(compare, step, why):
    done = compare("http://127.0.0.1:9", f"steps:\n  - {step}\n")

    first, last = done.stderr.splitlines()
    assert (done.exit_code, first) == (2, f"my.scenario.yaml:4: {why}")
    assert last == "nothing was sent; --allow-writes sends it, which is meant for a server of tests"


def test_the_target_gets_the_steps_and_nothing_else(compare):
    world = open_world(load_default(), wall=lambda: datetime.now(UTC))
    steps = "flows:\n  one: {steps: [{request: {path: /api/health}}, {wx.login: {}}]}\nsteps:\n  - use: one\n"
    steps += (
        "  - request: {path: /api/not-due}\n    if: ''\n" + "  - request: {path: /api/get-account}\n    if: current\n"
    )
    with Server(world, port=0) as server:
        done = compare(server.url, steps + "finally:\n  - request: {path: /.well-known/jwks}\n")

    asked = [one.path for one in ControlService(world).exchanges()]
    assert asked == ["/.well-known/openid-configuration", "/api/health", "/api/get-account", "/.well-known/jwks"]
    assert done.stdout.endswith("3 alike, 0 different, 2 left out\n"), done.stdout


def test_a_capture_that_finds_nothing_leaves_out_what_needs_it(compare, running_default):
    steps = LOOK + "    capture: {way: $.backchannel_logout_supported}\n  - request: {path: '/api/health?${way}'}\n"
    with running_default(profile="classic") as url:
        done = compare(url, steps, "--profile", "current")

    assert "left out: ${way} has no value yet" in done.stdout, done.stdout


def test_a_change_that_only_shows_when_it_is_sent_is_left_out(compare, running_default):
    steps = LOOK + "    capture: {path: $.issuer}\n  - request: {method: POST, path: '/api/add-user?x=${path}'}\n"
    with running_default() as url:
        done = compare(url, steps, "-v")

    reason = "POST /api/add-user changes what the target keeps; --allow-writes sends it"
    assert f"left out: {reason}" in done.stdout


def test_secrets_are_never_shown(compare, running_default, tmp_path, monkeypatch):
    steps = f"vars: {{client_secret: {SECRET}}}\nsteps:\n"
    steps += "  - request: {path: '/api/get-app-login?clientId=${client_secret}'}\n"
    steps += "  - login: {code: alice}\n  - get_account: {token: '${client_secret}'}\n"
    steps += "  - request: {path: '/${env.MY_PASSWORD}'}\n"
    monkeypatch.setenv("MY_PASSWORD", f"{SECRET}-too")
    words = ["--junit", "j.xml", "--html", "h.html", "-v", "--allow-writes", "--profile", "current"]
    with running_default(profile="classic") as url:
        done = compare(url, steps, *words)

    shown = done.output + (tmp_path / "j.xml").read_text("utf-8") + (tmp_path / "h.html").read_text("utf-8")
    assert (done.exit_code, SECRET in shown, "eyJ" in shown) == (1, False, False)


def test_the_reports_hold_each_step(compare, running_default, tmp_path):
    with running_default(profile="classic") as url:
        compare(url, LOOK + "  - advance: 5m\n", "--profile", "current", "--junit", "j.xml", "--html", "h.html")

    cases = list(ET.parse(tmp_path / "j.xml").iter("testcase"))
    assert [[one.tag for one in case] for case in cases] == [["failure"], ["failure"], ["skipped"]]
    assert "backchannel_logout_supported" in (tmp_path / "h.html").read_text("utf-8")


def test_a_target_behind_a_private_authority_is_asked_with_its_certificate(compare, secure):
    authority, port = secure

    done = compare(f"https://localhost:{port}", LOOK, "--ca", str(authority.certificate_path))

    assert (done.exit_code, done.stdout) == (0, "mine [classic]\n1 alike, 0 different, 0 left out\n")


def test_a_certificate_that_is_not_trusted_is_said_so(compare, secure):
    _, port = secure

    done = compare(f"https://localhost:{port}", LOOK)

    begin, end = f"https://localhost:{port}: its certificate is not trusted: ", "with --ca FILE\n"
    assert (done.exit_code, done.stderr.startswith(begin), done.stderr.endswith(end)) == (2, True, True)


def test_a_target_that_hangs_is_left_alone_after_two_requests(compare, serving, tmp_path):
    health = "  - request: {path: /api/health}\n"
    hanging = parse("version: 1\nfaults:\n  - {at: casdoor.health, connection: hang}\n", tmp_path / "hang.yaml")

    with serving(hanging) as url:
        done = compare(url, f"steps:\n{health * 3}", "--profile", "docs", "--timeout", "0.2")

    assert done.stdout.count("      target:   timeout\n") == 2
    assert "left out: the target has not answered 2 requests in a row" in done.stdout
    assert done.exit_code == 1


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("ftp://x", "--target 'ftp://x': not an address such as https://door.example.com"),
        ("http://a:b@127.0.0.1", "--target: leave the name and the password out of the address"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1: nobody listens there"),
    ],
)
def test_a_target_that_cannot_be_asked_is_a_mistake(compare, target, said):
    done = compare(target, LOOK)

    assert (done.exit_code, done.stderr) == (2, said + "\n")


def test_a_variable_that_is_not_there_is_a_mistake(compare, running_default, monkeypatch):
    monkeypatch.delenv("NOT_THERE", raising=False)
    with running_default() as url:
        done = compare(url, "vars: {a: '${env.NOT_THERE}'}\n" + LOOK)

    said = "vars: a: ${env.NOT_THERE} has no value: the environment has no variable NOT_THERE"
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (2, f"my.scenario.yaml: {said}")


def test_a_file_without_a_certificate_is_a_mistake(compare, tmp_path):
    (tmp_path / "ca.pem").write_text("nothing")

    done = compare("https://localhost:1", LOOK, "--ca", "ca.pem")

    assert (done.exit_code, done.stderr) == (2, "--ca ca.pem: holds no certificate in PEM form\n")
