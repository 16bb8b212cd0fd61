"""The application of the default world, as a backend with a Casdoor SDK sees it."""

import re
from pathlib import Path

from emulator.core.derive import derive_hex
from emulator.scenario import load_default

README = Path(__file__).parents[2] / "README.md"


def test_the_client_secret_looks_as_casdoor_makes_them():
    scenario = load_default()
    (application,) = scenario.applications

    secret = application.text("clientSecret")

    assert re.fullmatch("[0-9a-f]{40}", secret)
    assert secret == derive_hex(scenario.seed, 40, "clientSecret", application.name)


def test_the_readme_names_what_a_backend_must_be_told():
    (application,) = load_default().applications
    (row,) = [line for line in README.read_text("utf-8").splitlines() if line.startswith("| a backend with a Casdoor")]

    named = re.findall(r"(client id|client secret|organization|application) `([^`]+)`", row)

    assert dict(named) == {
        "client id": application.text("clientId"),
        "client secret": application.text("clientSecret"),
        "organization": application.text("organization"),
        "application": application.name,
    }
