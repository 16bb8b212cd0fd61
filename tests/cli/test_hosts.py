"""Promises about https, the proxy and the authority from the command line."""

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from emulator.cli.serve import serve as serve_command
from emulator.server.authority import Authority

SESSION = (
    "https://api.weixin.qq.com/sns/jscode2session?appid=wx0123456789abcdef"
    "&secret=0123456789abcdef0123456789abcdef&js_code=alice"
)
KEYS = ["session_key", "openid", "unionid"]

URLLIB = f"import urllib.request as u; print(u.urlopen({SESSION!r}).read().decode())"
REQUESTS = f"import requests; print(requests.get({SESSION!r}).text)"
JAVA = """
import java.net.URL;
public class Naive {
    public static void main(String[] words) throws Exception {
        System.out.write(new URL("%s").openStream().readAllBytes());
        System.out.flush();
    }
}
"""
GO = """
package main

import (
	"io"
	"net/http"
	"os"
)

func main() {
	reply, err := http.Get("%s")
	if err != nil {
		panic(err)
	}
	io.Copy(os.Stdout, reply.Body)
}
"""


def mockdoor(*words, **environ):
    given = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()} | environ
    return subprocess.run(
        [sys.executable, "-m", "emulator", *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=given,
        check=False,
        timeout=300,
    )


@pytest.fixture(name="serve")
def fixture_serve():
    """Start `mockdoor serve --port 0 --json --quiet`; returns its first line. Ended with the test."""
    started = []

    def serve(*words):
        command = [sys.executable, "-m", "emulator", "serve", "--port", "0", "--json", "--quiet", *map(str, words)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return json.loads(process.stdout.readline())

    yield serve
    for process in started:
        process.terminate()
        process.communicate()


@pytest.mark.parametrize("code", [URLLIB, REQUESTS], ids=["urllib", "requests"])
def test_a_python_program_with_wechats_host_runs_unchanged(code):
    done = mockdoor("exec", "--", sys.executable, "-c", code)

    assert (done.stderr, list(json.loads(done.stdout or "{}")), done.returncode) == ("", KEYS, 0)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_with_wechats_host_runs_unchanged():
    done = mockdoor("exec", "--", "curl", "-sS", SESSION)

    assert (done.stderr, list(json.loads(done.stdout or "{}"))) == ("", KEYS)


@pytest.mark.skipif(shutil.which("java") is None, reason="Java is not installed")
def test_a_java_program_with_wechats_host_runs_unchanged(tmp_path):
    (tmp_path / "Naive.java").write_text(JAVA % SESSION)
    done = mockdoor("exec", "--", "java", tmp_path / "Naive.java")

    assert list(json.loads(done.stdout or "{}")) == KEYS, done.stderr


@pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed")
def test_a_go_program_with_wechats_host_runs_unchanged(tmp_path):
    (tmp_path / "naive.go").write_text(GO % SESSION)
    done = mockdoor("exec", "--", "go", "run", tmp_path / "naive.go")

    assert list(json.loads(done.stdout or "{}")) == KEYS, done.stderr


def test_exec_refuses_other_hosts():
    done = mockdoor("exec", "--", sys.executable, "-c", "import urllib.request as u; u.urlopen('https://bank.example')")

    assert "Tunnel connection failed: 403 Forbidden" in done.stderr


def test_exec_without_proxy_leaves_the_variables():
    code = "import json, os; print(json.dumps([os.environ.get('HTTPS_PROXY'), os.environ.get('SSL_CERT_FILE')]))"

    done = mockdoor(
        "exec", "--no-proxy", "--", sys.executable, "-c", code, HTTPS_PROXY="http://office:1", SSL_CERT_FILE="x"
    )

    assert json.loads(done.stdout) == ["http://office:1", "x"]


def test_what_was_trusted_and_excepted_before_still_is(tmp_path):
    own = tmp_path / "office.pem"
    own.write_text("the office's own authority\n")
    code = (
        "import json, os; e = os.environ\n"
        "print(json.dumps([e['NO_PROXY'], e['JAVA_TOOL_OPTIONS'], open(e['SSL_CERT_FILE']).read()]))"
    )
    before = {"NO_PROXY": ".office", "JAVA_TOOL_OPTIONS": "-Xmx1g", "SSL_CERT_FILE": str(own), "JAVA_HOME": "x"}

    done = mockdoor("exec", "--", sys.executable, "-c", code, **before)
    exceptions, options, bundle = json.loads(done.stdout)

    assert exceptions == "localhost,127.0.0.1,::1,.office"
    assert options.startswith("-Xmx1g -Dhttps.proxyHost=127.0.0.1 ")
    assert "the office's own authority" in bundle


def test_an_authority_that_cannot_be_had_ends_exec_with_a_way_out(tmp_path):
    (tmp_path / "file").write_text("")

    done = mockdoor("exec", "--", "true", MOCKDOOR_HOME=str(tmp_path / "file" / "data"))

    assert done.returncode == 3
    assert done.stderr.startswith(f"mockdoor: {tmp_path}/file/data/authority.pem: the authority cannot be")
    assert done.stderr.endswith("; --no-proxy does without\n")


def test_an_authority_that_cannot_be_read_ends_serve_with_a_sentence(tmp_path):
    path = tmp_path / "authority.pem"
    path.write_text("nonsense")

    done = mockdoor("serve", "--port", "0", "--tls", "0", MOCKDOOR_HOME=str(tmp_path))

    wrong = "not an authority that mockdoor has made; delete the file to have a new one made"
    assert (done.returncode, done.stderr) == (3, f"mockdoor: {path}: {wrong}\n")


@pytest.mark.parametrize("words", [("serve", "--port", "0", "--proxy", "0"), ("ca",), ("exec", "--", "true")])
def test_an_expired_authority_ends_a_command_with_what_to_do(tmp_path, words):
    made = Authority.open(folder=tmp_path, now=datetime(2010, 1, 1, tzinfo=UTC))

    done = mockdoor(*words, MOCKDOOR_HOME=str(tmp_path))

    wrong = "the authority expired on 2019-12-30; delete the file, start again and trust the new one"
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"mockdoor: {made.path}: {wrong}")


@pytest.mark.parametrize("option", ["--tls", "--proxy"])
def test_a_busy_port_is_one_line(option):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        done = mockdoor("serve", "--port", "0", option, port)

    hint = f"Address already in use; choose another with {option} PORT, 0 picks a free one"
    assert (done.returncode, done.stderr) == (3, f"mockdoor: cannot listen on 127.0.0.1:{port}: {hint}\n")


def test_serve_says_where_https_the_proxy_and_the_certificate_are(serve):
    started = serve("--tls", "0", "--proxy", "0")
    context = urllib.request.ssl.create_default_context(cafile=started["ca"])

    with urllib.request.urlopen(f"{started['tls']}/api/health", context=context, timeout=10) as reply:
        status = reply.status

    assert (status, started["proxy"].startswith("http://127.0.0.1:")) == (200, True)


def test_serve_alone_opens_no_further_port(serve):
    assert {"tls", "proxy", "ca"}.isdisjoint(serve())


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        (["--tls", "missing-tag"], ("missing-tag", 8443, None)),
        (["--proxy", "missing-tag"], ("missing-tag", None, 8080)),
        (["--tls", "--proxy", "missing-tag"], ("missing-tag", 8443, 8080)),
        (["--tls", "0", "missing-tag", "--proxy=1"], ("missing-tag", 0, 1)),
        (["missing-tag", "--proxy", "--tls"], ("missing-tag", 8443, 8080)),
        (["--tls", "--", "missing-tag"], ("missing-tag", 8443, None)),
        (["--", "--tls"], ("--tls", None, None)),
    ],
)
def test_a_port_left_out_takes_no_scenario_for_one(words, taken):
    found = serve_command.make_context("serve", list(words)).params

    assert (*found["scenarios"], found["tls_port"], found["proxy_port"]) == taken


@pytest.mark.parametrize(("option", "usual"), [("--tls", 8443), ("--proxy", 8080)])
@pytest.mark.parametrize("port", ["missing-tag", "70000", "1.5", ""])
def test_what_is_not_a_port_is_refused_with_what_can_be_written(option, usual, port):
    with pytest.raises(click.BadParameter) as refused:
        serve_command.make_context("serve", [f"{option}={port}"])

    allowed = f"write {option} alone for {usual}, or a number from 0, any free one, to 65535"
    assert refused.value.message == f"{port!r} is not a port; {allowed}"


def test_passthrough_needs_the_proxy():
    done = mockdoor("serve", "--passthrough")

    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, "Error: --passthrough goes with --proxy")


def test_passthrough_is_for_this_machine_only():
    done = mockdoor("serve", "--host", "0.0.0.0", "--proxy", "0", "--passthrough")

    wrong = "Error: --passthrough goes with a --host of this machine only; others could reach anything by it"
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, wrong)


def test_ca_shows_a_line_for_each_kind_of_client(tmp_path):
    done = mockdoor("ca", MOCKDOOR_HOME=str(tmp_path / "with space"))
    path, *lines = done.stdout.splitlines()

    assert Path(path).read_text().startswith("-----BEGIN CERTIFICATE-----")
    assert [line.split()[0] for line in lines] == ["curl", "requests", "Node", "Go", "Java", ".NET", "Casdoor"]
    assert all(f"'{path}'" in line for line in lines)


def test_ca_prints_nothing_but_the_path_when_asked_to(tmp_path):
    done = mockdoor("ca", "--path", MOCKDOOR_HOME=str(tmp_path))

    assert done.stdout == f"{tmp_path / 'ca.pem'}\n"
