"""Standard input as a sign of life of the program that started a command."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress


def call_at_eof(end: Callable[[], None]) -> None:
    """Call a function, in a thread of its own, once standard input ends; what comes before is read and forgotten.

    However the program at the other end of a pipe ends, its end of the pipe is closed by that.
    """

    def wait() -> None:
        # Not by sys.stdin, whose lock the interpreter wants for itself at its own end.
        with suppress(OSError):  # there may be no standard input
            while os.read(0, 4096):
                pass
        end()

    threading.Thread(target=wait, name="until-eof", daemon=True).start()
