"""Replies recorded from real Casdoor servers, replayed over a real socket."""

import subprocess
import sys
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(("profile", "total"), [("current", 853), ("classic", 855)])
def test_every_recorded_reply_and_token_is_reproduced(profile, total, running):
    with running(GOLDEN / "golden.scenario.yaml", profile=profile) as url:
        done = subprocess.run(
            [sys.executable, GOLDEN / "replay.py", url, profile], capture_output=True, text=True, check=False
        )

    assert done.stdout.splitlines()[-1:] == [f"{total} of {total} replies and tokens match ({profile})"], done.stdout
