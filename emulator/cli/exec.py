"""`mockdoor exec`: a command that runs next to an emulator, and what it finds in its environment."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.hosts import open_authority, open_entrance
from emulator.cli.options import CANNOT_START, INTERRUPTED, ProfileName, examples, load_scenario, wall_clock

if TYPE_CHECKING:
    from emulator.server.listener import Server
    from emulator.world.world import World


@click.command(
    name="exec",
    context_settings={"ignore_unknown_options": True},
    epilog=examples(
        "mockdoor exec -- npm test",
        "mockdoor exec --scenario wechat-busy-once -- ./gradlew test",
        "mockdoor exec -- sh -c 'curl -s $CASDOOR_HOSTNAME/api/health'",
        "mockdoor exec -- python naive.py           asks https://api.weixin.qq.com, gets the emulator",
    ),
)
@click.option("--scenario", "name", help="A scenario file, or the name of a shipped one.")
@click.option("--profile", type=ProfileName(), help="Which Casdoor to play.")
@click.option("--no-proxy", is_flag=True, help="Start no proxy and leave the variables about it as they are.")
@click.option("--passthrough", is_flag=True, help="Let the command reach other hosts through the proxy, by https.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(
    command: Sequence[str], *, name: str | None, profile: str | None, no_proxy: bool, passthrough: bool
) -> None:
    """Run a command next to an emulator.

    The exit code is the command's.

    The command finds the address in CASDOOR_HOSTNAME, CASDOOR_ENDPOINT, WECHAT_API_BASE and MOCKDOOR_URL, and the
    world's names in CASDOOR_CLIENT_ID, CASDOOR_CLIENT_SECRET, CASDOOR_ORGANIZATION, CASDOOR_APPLICATION,
    CASDOOR_CERTIFICATE (a file), WECHAT_APPID and WECHAT_SECRET.

    https://api.weixin.qq.com and the scenario's hosts lead to the emulator as well, unless --no-proxy is given: by
    HTTPS_PROXY and NO_PROXY, and by SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, NODE_EXTRA_CA_CERTS and
    JAVA_TOOL_OPTIONS for the certificate. Node before 22.21 minds HTTPS_PROXY only with npm's global-agent, as in
    `node -r global-agent/bootstrap`. Other hosts are refused then, unless --passthrough is given.

    Apache's Java clients, and so WxJava by default, mind no proxy of the environment: README names the settings.
    """
    import subprocess
    from tempfile import TemporaryDirectory

    from emulator.control.worlds import open_world
    from emulator.server.listener import Server

    world = open_world(load_scenario(name), wall=wall_clock, profile=profile)
    try:
        server = Server(world, port=0)
    except OSError as error:
        click.echo(f"mockdoor: cannot listen on a free port: {error.strerror}", err=True)
        sys.exit(CANNOT_START)
    proxy = None if no_proxy else _open_proxy(server, world, passthrough=passthrough)
    with server, TemporaryDirectory() as folder:
        try:
            environment = os.environ | _environment(server, world, Path(folder))
            if proxy is not None:
                environment |= proxy(Path(folder))
            done = subprocess.run(command, env=environment, check=False)  # noqa: S603  # the user's own command
        except OSError as error:
            click.echo(f"{command[0]}: {error.strerror}", err=True)
            sys.exit(127)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
    sys.exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)


def _open_proxy(server: "Server", world: "World", *, passthrough: bool) -> Callable[[Path], dict[str, str]]:
    """Open the proxy; return what makes the variables about it, with their files in a folder."""
    from emulator.cli.proxied import proxy_environment
    from emulator.scenario.model import scenario_of
    from emulator.server.proxy import open_proxy

    authority = open_authority(scenario_of(world.state).hosts, hint="; --no-proxy does without")
    port = open_entrance(
        lambda port: open_proxy(server, authority, port, passthrough=passthrough), 0, "--proxy", server.host
    ).port
    return lambda folder: proxy_environment(authority, port, folder)


def _environment(server: "Server", world: "World", folder: Path) -> dict[str, str]:
    """Return the variables that describe the emulator; the certificate is written to a file in `folder`."""
    from emulator.casdoor.repositories import Applications, Certs
    from emulator.scenario.model import scenario_of

    found = dict.fromkeys(("CASDOOR_HOSTNAME", "CASDOOR_ENDPOINT", "WECHAT_API_BASE", "MOCKDOOR_URL"), server.url)
    state = world.state
    application = next(iter(state.get(Applications).all()), None)
    if application is not None:
        certs = state.get(Certs)
        cert = certs.find(application.cert) or certs.all()[0]
        path = folder / "casdoor.pem"
        path.write_text(cert.certificate, "utf-8")
        found |= {
            "CASDOOR_CLIENT_ID": application.client_id,
            "CASDOOR_CLIENT_SECRET": application.client_secret,
            "CASDOOR_ORGANIZATION": application.organization,
            "CASDOOR_APPLICATION": application.name,
            "CASDOOR_CERTIFICATE": str(path),
        }
    program = next(iter(scenario_of(state).miniprograms.values()), None)
    if program is not None:
        found |= {"WECHAT_APPID": program.appid, "WECHAT_SECRET": program.secret}
    return found
