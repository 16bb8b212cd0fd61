"""A console without a screen: `watch.py PORT` asks what the page asks, when the page asks it, for a minute at most."""

import http.client
import json
import sys
import time

#: The pause between two looks, as in api.js, and what the page asks for again after a change, as in main.js.
PAUSE = 0.4
PANELS = ("health", "clock", "profile", "worlds", "personas")


def watch(port, seconds=60):
    """Watch until the time is up; prints a line once it does."""
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def ask(path):
        connection.request("GET", f"/_emulator/{path}")
        return json.loads(connection.getresponse().read())

    told = ask("journal?limit=1000")
    sys.stdout.write("watching\n")
    sys.stdout.flush()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        told = ask(f"journal?after={told['last']}&revision={told['revision']}&newest=50&wait=20")
        for path in PANELS:
            ask(path)
        if told["exchanges"]:
            ask(f"journal/{told['last']}")
        time.sleep(PAUSE)


if __name__ == "__main__":
    watch(int(sys.argv[1]))
