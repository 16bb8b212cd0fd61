"""What the tests of https and of the proxy share."""

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from emulator.control.worlds import open_world
from emulator.scenario import parse
from emulator.server.authority import Authority
from emulator.server.limits import ServerLimits
from emulator.server.listener import Server

CASDOOR = "door.example.com"


@pytest.fixture(name="authority", scope="module")
def fixture_authority(tmp_path_factory):
    return Authority.open([CASDOOR], folder=tmp_path_factory.mktemp("authority"))


@pytest.fixture(name="serve_entrance")
def fixture_serve_entrance(tmp_path):
    """Serve a scenario's text with a further entrance for the length of a with-statement; yields server and port."""

    @contextmanager
    def serve(open_entrance, text=f"hosts: [{CASDOOR}]", limits=None):
        scenario = parse(f"version: 1\n{text}\n", tmp_path / "x.yaml")
        server = Server(open_world(scenario, wall=lambda: datetime.now(UTC)), port=0, limits=limits or ServerLimits())
        port = open_entrance(server).port
        with server:
            yield server, port

    return serve
