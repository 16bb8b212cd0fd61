"""The folder of this machine where things are kept that may be lost."""

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder for what may be lost: below MOCKDOOR_HOME when that is set, else where the system has such."""
    if home := os.environ.get("MOCKDOOR_HOME"):
        return Path(home) / "cache"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "mockdoor" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "mockdoor"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mockdoor"
