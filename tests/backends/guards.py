"""What a login backend does for itself: it leaves a dead server alone for a while, and stops who guesses codes."""

import threading
import time
from collections import deque


class Breaker:
    """Fails at once for `seconds` after `failures` calls in a row have failed; then one call tries again."""

    def __init__(self, *, failures=6, seconds=2.0):
        self._failures = failures
        self._seconds = seconds
        self._lock = threading.Lock()
        self._count = 0
        self._closed_at = 0.0

    def lets_through(self):
        """Return whether a call may be made; the first one after the pause is alone."""
        with self._lock:
            if self._count < self._failures:
                return True
            if time.monotonic() < self._closed_at:
                return False
            self._closed_at = time.monotonic() + self._seconds
            return True

    def succeeded(self):
        """Forget the failures."""
        with self._lock:
            self._count = 0

    def failed(self):
        """Count a failure."""
        with self._lock:
            self._count += 1
            self._closed_at = time.monotonic() + self._seconds


class BadCodes:
    """Counts the bad codes of each address: more than `most` in `seconds` are too many."""

    def __init__(self, *, most=30, seconds=10.0):
        self._most = most
        self._seconds = seconds
        self._lock = threading.Lock()
        self._seen = {}

    def are_too_many(self, address):
        """Return whether an address has sent too many lately."""
        with self._lock:
            seen = self._seen.get(address, deque())
            while seen and seen[0] < time.monotonic() - self._seconds:
                seen.popleft()
            return len(seen) >= self._most

    def count(self, address):
        """Count one."""
        with self._lock:
            self._seen.setdefault(address, deque()).append(time.monotonic())
