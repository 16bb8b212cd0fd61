"""The OpenAPI description of every endpoint."""

from importlib import resources
from typing import Any

from emulator import __version__
from emulator.scenario.profile_names import every_profile_name


def openapi(server: str) -> dict[str, Any]:
    """Return the description, OpenAPI 3.1, for a world at this address."""
    import yaml

    text = resources.files("emulator").joinpath("data/openapi.yaml").read_text("utf-8")
    described: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # safe both
    described["components"]["schemas"]["ProfileName"] = {"enum": list(every_profile_name())}
    described["info"]["version"] = __version__
    return described | {"servers": [{"url": server}]}
