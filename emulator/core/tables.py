"""The data tables that come with the emulator, read once each."""

import json
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from emulator.core.json_object import Json


def table_folder(*path: str) -> Traversable:
    """Return a folder or a file below `emulator/data`."""
    return resources.files("emulator").joinpath("data", *path)


def table_text(*path: str) -> str:
    """Return a file below `emulator/data` as text; `path` names its folders and itself."""
    return table_folder(*path).read_text("utf-8")


@cache
def table(*path: str) -> Json:
    """Return the JSON of a file below `emulator/data`. Callers must not change it."""
    loaded: Json = json.loads(table_text(*path))
    return loaded
