"""Which profile a target is nearest to: by the version that it says, or by its discovery document."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

from emulator.casdoor.discovery import openid_configuration
from emulator.casdoor.nearest import nearest
from emulator.casdoor.versions import PROFILES
from emulator.control.worlds import open_world
from emulator.runner.names import CannotCapture, json_body
from emulator.runner.requests import Request
from emulator.runner.selection import CannotRun
from emulator.runner.target import Target
from emulator.scenario import load_default


def nearest_profile(target: Target, client_id: str, client_secret: str) -> tuple[str, str]:
    """Return the name of the profile that is nearest to a target, and one sentence on why.

    A Casdoor says its version only to an application, which has an id and a secret (facts/casdoor.md 5.9); to
    others its discovery document is open. Raises CannotRun.
    """
    if client_id:
        credentials = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        version = target.version({"Authorization": f"Basic {credentials}"})
        try:
            profile, sentence = nearest(version)
        except ValueError as error:
            raise CannotRun([f"{target.base}: {error}"]) from error
        return profile.name, sentence
    _, received = target.ask(Request(method="GET", path="/.well-known/openid-configuration"))
    target.check(received)
    try:
        given = json_body(received)
    except CannotCapture:
        given = None
    if not isinstance(given, dict) or "issuer" not in given:
        raise CannotRun(
            [f"{target.base}: has no discovery document as a Casdoor has; --profile says what to compare with"]
        )
    apart, name = min((len(keys ^ given.keys()), name) for name, keys in _documents())
    differs = f"but for {apart} of its keys" if apart else "with the same keys"
    return name, (
        f"by its discovery document like profile {name}, {PROFILES[name].version.name}, {differs}; "
        "--client-id and --client-secret ask for its version, --profile chooses"
    )


def _documents() -> Iterator[tuple[str, set[str]]]:
    """Yield the keys of each version's discovery document."""
    for name, profile in PROFILES.items():
        if profile.leniencies:
            continue
        world = open_world(load_default(), wall=lambda: datetime.now(UTC), profile=name)
        found = openid_configuration(world.transaction(), origin="https://door.example.com", application="")
        yield name, set(found)
