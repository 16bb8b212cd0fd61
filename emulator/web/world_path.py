"""Where worlds live in a URL: `/@NAME` chooses a world, `/as/PERSONA` the person behind unknown codes."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from emulator.core.reason import Reason
from emulator.journal.reasons import reason
from emulator.wechat.personas import Personas
from emulator.world.world import World

#: The environ keys that `choose_world` sets.
WORLD = "mockdoor.world"
SIGNED_IN = "mockdoor.signed_in"
RAW_TARGET = "mockdoor.raw_target"

MAIN = "main"


class NotMounted(Exception):
    """A prefix that leads nowhere: `kind` is `world` or `persona`, `known` are the names that do lead somewhere."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"there is no {kind} {name!r}")
        self.kind = kind
        self.name = name
        self.known = tuple(known)

    @property
    def error(self) -> str:
        """What machines read: `unknown_world` or `unknown_persona`."""
        return f"unknown_{self.kind}"

    def reason(self, *, naming: bool) -> Reason:
        """Return what people read; it names what there is only if `naming`, for names are not everybody's business."""
        if self.kind == "world":
            if not naming:
                return reason("world-unknown-unnamed", name=self.name)
            return reason("world-unknown", name=self.name, known=", ".join(self.known))
        if not naming:
            return reason("persona-unknown-unnamed", name=self.name)
        if not self.known:
            return reason("persona-unknown-none", name=self.name)
        return reason("persona-unknown", name=self.name, known=", ".join(self.known))


def choose_world(environ: dict[str, Any], worlds: Mapping[str, World]) -> None:
    """Choose the world and the persona of a request, and take their prefixes off its path.

    The prefixes move to SCRIPT_NAME. Raises NotMounted, with the world chosen so far (or `main`) set.
    Source: design.md 8.
    """
    world = environ[WORLD] = worlds[MAIN]
    path: str = environ.get("PATH_INFO", "")
    if not path.startswith(("/@", "/as/")) or _sent_target(environ).startswith("//"):
        return
    if path.startswith("/@"):
        name = _take(environ, 1)[1:]
        if name not in worlds:
            raise NotMounted("world", name, worlds)
        world = environ[WORLD] = worlds[name]
        path = environ.get("PATH_INFO", "")
    if path.startswith("/as/"):
        name = _take(environ, 2)
        people = world.state.get(Personas)
        if name not in people:
            raise NotMounted("persona", name, people.names())
        environ[SIGNED_IN] = name


def raw_target(environ: Mapping[str, Any]) -> str:
    """Return the request target as sent, not decoded, without the prefixes of `choose_world`: `/path?query`.

    Bytes above 127 are shown as latin-1, as everything in a WSGI environ.
    """
    target: str | None = environ.get(RAW_TARGET)
    return target if target is not None else _sent_target(environ)


def _take(environ: dict[str, Any], segments: int) -> str:
    """Move a number of leading segments of the path to SCRIPT_NAME; return the last of them, decoded."""
    taken, rest = _split(environ["PATH_INFO"], segments)
    environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + taken
    environ["PATH_INFO"] = rest
    environ[RAW_TARGET] = _split(raw_target(environ), segments)[1]
    return taken.rpartition("/")[2].encode("latin-1").decode("utf-8", "replace")


def _split(target: str, segments: int) -> tuple[str, str]:
    path, mark, query = target.partition("?")
    parts = path.split("/", segments + 1)
    rest = "/" + (parts[segments + 1] if len(parts) > segments + 1 else "")
    return "/".join(parts[: segments + 1]), rest + mark + query


def _sent_target(environ: Mapping[str, Any]) -> str:
    target: str = environ.get("REQUEST_URI") or quote(environ["PATH_INFO"], encoding="latin-1")
    if not target.startswith("/") and "://" in target:
        target = "/" + target.split("://", 1)[1].partition("/")[2]
    if "?" not in target and environ.get("QUERY_STRING"):
        target += "?" + environ["QUERY_STRING"]
    return target
