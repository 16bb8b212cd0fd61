"""Runs a good backend with one thing spoiled."""

import importlib
import sys
from pathlib import Path

BACKENDS = Path(__file__).parents[1]


def main() -> None:
    """Serve `BACKEND` spoiled as `MODULE` says for `RULE`."""
    backend, module, rule = sys.argv[1:]
    sys.path[:0] = [str(BACKENDS), str(BACKENDS / "variants")]
    good = importlib.import_module(backend)
    importlib.import_module(module).VARIANTS[rule](good)
    good.serve()


if __name__ == "__main__":
    main()
