"""`mockdoor exec`: a command that runs next to an emulator, and what it finds in its environment."""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from emulator.cli.completion import SCENARIO
from emulator.cli.options import CANNOT_START, INTERRUPTED, examples, load_scenario, profile_option, wall_clock
from emulator.cli.project import ProjectCommand
from emulator.cli.sources import said_by

if TYPE_CHECKING:
    from emulator.runner.environment import Environment


@click.command(
    name="exec",
    cls=ProjectCommand,
    context_settings={"ignore_unknown_options": True},
    epilog=examples(
        "mockdoor exec -- npm test",
        "mockdoor exec --scenario wechat-busy-once -- ./gradlew test",
        "mockdoor exec -- sh -c 'curl -s $CASDOOR_HOSTNAME/api/health'",
        "mockdoor exec -- python naive.py           asks https://api.weixin.qq.com, gets the emulator",
    ),
)
@click.option(
    "--scenario",
    type=SCENARIO,
    envvar="MOCKDOOR_SCENARIO",
    show_envvar=True,
    help="A scenario file, or the name of a shipped one.",
)
@profile_option
@click.option("--no-proxy", is_flag=True, help="Start no proxy and leave the variables about it as they are.")
@click.option("--passthrough", is_flag=True, help="Let the command reach other hosts through the proxy, by https.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(
    command: Sequence[str], *, scenario: str | None, profile: str | None, no_proxy: bool, passthrough: bool
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

    from emulator.control.worlds import open_world
    from emulator.runner.environment import Environment
    from emulator.server.listener import Server

    world = open_world(load_scenario(scenario, said_by("scenario")), wall=wall_clock, profile=profile)
    try:
        server = Server(world, port=0)
    except OSError as error:
        click.echo(f"mockdoor: cannot listen on a free port: {error.strerror}", err=True)
        sys.exit(CANNOT_START)
    with server, Environment(server, proxy=not no_proxy, passthrough=passthrough) as environment:
        found = _variables(environment, hint="" if no_proxy else "; --no-proxy does without")
        try:
            done = subprocess.run(command, env=os.environ | found, check=False)  # noqa: S603  # the user's own command
        except OSError as error:
            click.echo(f"{command[0]}: {error.strerror}", err=True)
            sys.exit(127)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
    sys.exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)


def _variables(environment: "Environment", *, hint: str) -> dict[str, str]:
    """Return the variables for the command; exit 3 with a sentence, and a hint, when they cannot be had."""
    from emulator.runner.environment import NoEnvironment

    try:
        found = environment.variables()
    except NoEnvironment as error:
        click.echo(f"mockdoor: {error}{hint}", err=True)
        sys.exit(CANNOT_START)
    if environment.renewed:
        click.echo(f"mockdoor: {environment.renewed}", err=True)
    return found
