"""What the commands share about https and the proxy, and `mockdoor ca`."""

import errno
import os
import shlex
import sys
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from emulator.cli.options import CANNOT_START, examples
from emulator.cli.project import ProjectCommand

if TYPE_CHECKING:
    from emulator.server.authority import Authority
    from emulator.server.entrance import Entrance

#: The ports of https and the proxy when none is given.
TLS_PORT, PROXY_PORT = 8443, 8080

_LINES = {
    "curl": "curl --cacert {path} …                (or: export CURL_CA_BUNDLE={path})",
    "requests": "export REQUESTS_CA_BUNDLE={path}",
    "Node": "export NODE_EXTRA_CA_CERTS={path}",
    "Go": "export SSL_CERT_FILE={path}",
    "Java": "keytool -importcert -noprompt -alias mockdoor -file {path} -keystore trust.p12 -storepass changeit"
    " && export JAVA_TOOL_OPTIONS='-Djavax.net.ssl.trustStore=trust.p12 -Djavax.net.ssl.trustStorePassword=changeit'",
    ".NET": "export SSL_CERT_FILE={path}         (on Linux; elsewhere the system's store)",
    "Casdoor": "export SSL_CERT_FILE={path} HTTPS_PROXY=http://127.0.0.1:{proxy}   (before it starts)",
}


@click.command(
    epilog=examples("mockdoor ca", "curl --cacert $(mockdoor ca --path) https://localhost:8443/api/health"),
)
@click.option("--path", "only_path", is_flag=True, help="Print the path and nothing else.")
def ca(*, only_path: bool) -> None:
    """Show the certificate that clients of `serve --tls` and `--proxy` trust.

    It is made on first use, in your data folder or in MOCKDOOR_HOME, and can vouch for the hosts that mockdoor plays
    and for this machine only. Nothing is installed anywhere.
    """
    path = str(open_authority().certificate_path)
    click.echo(path)
    quoted = shlex.quote(path)
    if not only_path:
        width = max(map(len, _LINES))
        for name, line in _LINES.items():
            click.echo(f"  {name:<{width}}  {line.format(path=quoted, proxy=PROXY_PORT)}")


class Port(click.IntRange):
    """The number of a port that is chosen freely at 0."""

    name = "port"

    def __init__(self, usual: int) -> None:
        super().__init__(0, 65535)
        self.usual = usual

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number; fail with what can be written."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            option = param.opts[0] if param else "the option"
            usual = f"{option} alone for {self.usual}"
            self.fail(f"{value!r} is not a port; write {usual}, or a number from 0, any free one, to 65535", param, ctx)


class PortsLeftOut(ProjectCommand):
    """A command in a project that knows a port left out: after `--tls`, a word that is not a number comes next."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Write the usual port where one was left out before a word."""
        usual = {name: one.type.usual for one in self.params if isinstance(one.type, Port) for name in one.opts}
        end = args.index("--") if "--" in args else len(args)
        written = [
            f"{word}={usual[word]}" if word in usual and not _is_number(following) else word
            for word, following in pairwise([*args[:end], ""])
        ]
        return super().parse_args(ctx, written + args[end:])


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal()


def open_authority(hosts: Iterable[str] = ()) -> "Authority":
    """Return the local authority; exit 3 with a sentence when it cannot be used."""
    from emulator.server.authority import Authority, AuthorityError

    try:
        authority = Authority.open(hosts)
    except AuthorityError as error:
        click.echo(f"mockdoor: {error}", err=True)
        sys.exit(CANNOT_START)
    if authority.renewed:
        click.echo(f"mockdoor: {authority.renewed}", err=True)
    return authority


def open_entrance(make: "Callable[[int], Entrance]", port: int, option: str, host: str) -> "Entrance":
    """Return a further port of a server; exit 3 with a sentence when it cannot be had."""
    try:
        return make(port)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        hint = f"; choose another with {option} PORT, 0 picks a free one" if error.errno == errno.EADDRINUSE else ""
    click.echo(f"mockdoor: cannot listen on {host}:{port}: {reason}{hint}", err=True)
    sys.exit(CANNOT_START)
