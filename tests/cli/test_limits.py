"""--limit NAME=NUMBER."""

import pytest
from click.testing import CliRunner

from emulator.cli.limits import KNOWN as KNOWN_LIMITS
from emulator.cli.limits import limits_from
from emulator.cli.main import main
from emulator.core.limits import Limits
from emulator.server.limits import ServerLimits

KNOWN = (
    "users=20000, tokens=20000, sessions=20000, login_codes=10000, phone_codes=10000, "
    "access_tokens=10000, messages=1000, payments=1000, web_logins=10000, exchanges=1000, journal_bytes=8388608, "
    "personas=1000, faults=1000, events=2000, worlds=2000, counters=100000, "
    "connections=500, idle=120, headers=65536, pipelined=8, unsent=1048576, unsent_in_all=268435456, "
    "body_memory=131072, body_memory_in_all=33554432, body_files_in_all=1073741824, handshakes=100, "
    "handshake_time=10, tunnels=64, reaching=10, tunnel_idle=300"
)


def test_limits_are_read_by_name():
    found = limits_from(["users=5", "journal_bytes=1000000", "users=6", "tunnels=1"])

    assert found == (Limits(users=6, journal_bytes=1_000_000), ServerLimits(tunnels=1))


def test_without_pairs_every_limit_is_the_default():
    assert limits_from([]) == (Limits(), ServerLimits())


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ("users", "'users' is not NAME=NUMBER; write for example users=500"),
        ("", "'' is not NAME=NUMBER; write for example users=500"),
        ("user=5", f"unknown limit 'user'; the limits and their defaults: {KNOWN}"),
        ("=5", f"unknown limit ''; the limits and their defaults: {KNOWN}"),
        *(
            (f"tokens={number}", f"tokens is {number!r}; write a positive whole number such as tokens=500")
            for number in ("0", "-1", "1.5", "many", "", "٣", "²", " 5")
        ),
    ],
)
def test_a_wrong_pair_is_refused_with_what_can_be_written(pair, message):
    with pytest.raises(ValueError) as refused:  # noqa: PT011  # the whole message is compared
        limits_from([pair])

    assert str(refused.value) == message


def test_a_wrong_limit_is_a_mistake_of_the_command_line():
    done = CliRunner().invoke(main, ["serve", "--limit", "users=5", "--limit", "tokens=none"])

    assert (done.exit_code, done.stdout) == (2, "")
    said = "Invalid value for --limit: tokens is 'none'; write a positive whole number such as tokens=500"
    assert said in " ".join(done.stderr.split())


def test_the_help_of_serve_names_every_limit():
    shown = CliRunner().invoke(main, ["serve", "--help"]).stdout

    assert [name for name in KNOWN_LIMITS if name not in shown] == []
