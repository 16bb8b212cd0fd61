"""How fast the emulator is, side by side with a bare Flask application: `python tests/bench/bench.py`.

Prints a Markdown table. `--quick` runs a little of everything, `--write` puts the table into the README.
"""

import argparse
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import audits
import kept
import mini_program
import processes
import running
import secured
import sides
import speed
import worlds
from table import Row, check_markers, table, write


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is measured: rounds of each side, requests a round."""

    starts: int
    rounds: int
    lookups: int
    #: At most 256, or a world that stands still has more signatures than the emulator remembers.
    logins: int
    crowd: int
    resets: int
    worlds: int
    watched_logins: int
    weighings: int
    logins_before_memory: int
    runs: int
    plugin_tests: int
    #: The options of the larger of two audits.
    audit: tuple[str, ...]


FULL = Size(
    starts=12,
    rounds=16,
    lookups=2000,
    logins=200,
    crowd=10_000,
    resets=50,
    worlds=1000,
    watched_logins=400,
    weighings=3,
    logins_before_memory=1000,
    runs=8,
    plugin_tests=200,
    audit=(),
)
QUICK = Size(
    starts=2,
    rounds=2,
    lookups=50,
    logins=10,
    crowd=50,
    resets=5,
    worlds=10,
    watched_logins=10,
    weighings=1,
    logins_before_memory=20,
    runs=1,
    plugin_tests=5,
    audit=("--only", "busy-retried"),
)

#: What each row is called, its target, and what measures it.
MEASURES = (
    ("process start to first answer", "at most 1.5", speed.start),
    ("code2session a second, journal on", "at least 0.9", speed.code2session),
    ("process start with --tls --proxy", "at most 1.3", secured.start),
    ("code2session a second, over https", "", secured.through_tls),
    ("code2session a second, through the proxy", "", secured.through_proxy),
    ("logins a second", "at least 0.55", speed.logins),
    ("logins a second, repeated while the clock stands still", "", speed.repeated_logins),
    ("get-account a second", "", speed.get_account),
    ("update-user a second", "", speed.update_user),
    ("a login among {crowd} users", "at most 1.2", speed.login_in_a_crowd),
    ("what --state writes for a login among {crowd} users", "at most 0.01", kept.state_file),
    ("resident memory after one login", "at most 1.15", kept.memory_after_one),
    ("resident memory after {logins_before_memory} logins", "at most 1.25", kept.memory_after_many),
    ("reset of a world over HTTP", "at most 2 ms", worlds.reset),
    ("making a world over HTTP", "at most 5 ms", worlds.make),
    ("resident memory with {worlds} worlds, a login in each", "at most 200 MB", worlds.hold),
    (f"logins a second while {worlds.CONSOLES} consoles watch", "", worlds.watched),
    ("a scenario of 50 steps, whole process", "at most 0.6 s", processes.fifty_steps),
    (f"the {processes.number_of_scenarios()} shipped scenarios, whole process", "about 1 s", processes.library),
    ("a test with the pytest fixture, after the first", "at most 10 ms", processes.plugin),
    ("the shipped scenarios with -j 2", "", running.side_by_side),
    ("steps that ask an app of one's own", "", running.to_an_app),
    ("from a save to served, with --watch", "at most 0.5 s", running.from_save_to_served),
    ("audit of a good backend", "", audits.whole),
    ("a mini program in Node, process start to first tap", "at most 0.4 s more", mini_program.first_tap),
    (f"setData on a list of {mini_program.ITEMS:,}", "", mini_program.set_data),
)


def measure(size, only=""):
    """Yield the rows of the table whose name has a text in it, one after another."""
    for name, target, run in MEASURES:
        what = name.format(**asdict(size))
        if only.casefold() in what.casefold():
            yield Row(what=what, target=target, found=run(size))


def main():
    """Measure, print, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a little of everything, in seconds; no use as a measure")
    parser.add_argument("--only", default="", metavar="TEXT", help="only the rows whose name has this text in it")
    parser.add_argument("--write", action="store_true", help="also put the table into the README")
    parser.add_argument("--readme", type=Path, default=sides.ROOT / "README.md", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.write and chosen.only:
        parser.error("--write puts the whole table into the README, so it does not go with --only")
    if chosen.write:
        check_markers(chosen.readme)
    rows = tuple(measure(QUICK if chosen.quick else FULL, chosen.only))
    if not rows:
        parser.error(f"no row's name has {chosen.only!r} in it")
    text = table(rows)
    sys.stdout.write(text + "\n")
    if chosen.write:
        write(text, chosen.readme)


if __name__ == "__main__":
    main()
