"""Replies recorded from real Casdoor servers, replayed over a real socket."""

import subprocess
import sys
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


#: Replies and tokens in each folder of recordings; fractions of an hour, and so `expiry`, came after v2.100.0.
TOTALS = {
    "current": 853,
    "v3.100.0": 414,
    "v3.60.0": 414,
    "classic": 855,
    "v2.100.0": 405,
    "v1.600.0": 408,
}


@pytest.mark.parametrize(("profile", "total"), TOTALS.items(), ids=TOTALS)
def test_every_recorded_reply_and_token_is_reproduced(profile, total, running):
    with running(GOLDEN / "golden.scenario.yaml", profile=profile) as url:
        done = subprocess.run(
            [sys.executable, GOLDEN / "replay.py", url, profile], capture_output=True, text=True, check=False
        )

    assert done.stdout.splitlines()[-1:] == [f"{total} of {total} replies and tokens match ({profile})"], done.stdout
