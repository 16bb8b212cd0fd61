"""Worlds and clients that most tests start from."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from emulator.control.worlds import open_world
from emulator.scenario import load, load_default
from emulator.server.listener import Server
from emulator.web import create_app

START = datetime(2026, 1, 1, 8, tzinfo=UTC)
GOLDEN = Path(__file__).parent / "golden" / "golden.scenario.yaml"


@pytest.fixture(name="make_world", scope="session")
def fixture_make_world():
    """Make a world of the default scenario, or of the golden one, whose clock stands at 2026-01-01 08:00:00."""

    def make(*, golden=False, limits=None, **changes):
        scenario = load(GOLDEN) if golden else load_default()
        return open_world(replace(scenario, **{"clock": START} | changes), wall=lambda: START, limits=limits)

    return make


@pytest.fixture(name="world")
def fixture_world(make_world):
    """The default world under profile docs."""
    return make_world()


@pytest.fixture(name="client")
def fixture_client(world):
    """A client of the default world."""
    return create_app(world).test_client(use_cookies=False)


@contextmanager
def serving(scenario, **options):
    """Serve a scenario on a free port for the length of a with-statement; yields the URL."""
    world = open_world(scenario, wall=lambda: datetime.now(UTC), **options)
    with Server(world, port=0) as server:
        yield server.url


@pytest.fixture(name="serving", scope="session")
def fixture_serving():
    """Serve a scenario on a free port for the length of a with-statement; yields the URL."""
    return serving


@pytest.fixture(name="running", scope="session")
def fixture_running():
    """Serve a scenario file, as `serving` does."""
    return lambda path, **options: serving(load(path), **options)


@pytest.fixture(name="running_default", scope="session")
def fixture_running_default():
    """Serve the default world, as `serving` does."""
    return lambda **options: serving(load_default(), **options)


class Door:
    """A repository's lock that can be held until somebody else stands before it.

    So two threads meet in the worst place, by force. Gives up after 30 seconds, which nothing here takes.
    """

    def __init__(self, lock):
        self._lock = lock
        self._second = Event()
        self.inside = 0

    def __enter__(self):
        if not self._lock.acquire(blocking=False):
            self._second.set()
            self._lock.acquire()

    def __exit__(self, *_):
        self._lock.release()

    def hold(self):
        """Wait for the second one: at the lock or, were there none, in this very place."""
        self.inside += 1
        if self.inside > 1:
            self._second.set()
        assert self._second.wait(30)


@pytest.fixture(name="make_door", scope="session")
def fixture_make_door():
    """Make a door of a lock."""
    return Door
