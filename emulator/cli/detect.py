"""What a folder holds: backends that can be started, and mini programs."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: What is read of a file at most, and how many Python files are looked at.
_MAX_BYTES, _MAX_FILES = 1024 * 1024, 200
_SKIPPED = frozenset({"node_modules", "venv", "env", "build", "dist", "target", "vendor", "__pycache__"})
_NODE = {"express": "Express", "koa": "Koa", "fastify": "Fastify", "@nestjs/core": "NestJS"}


@dataclass(frozen=True, kw_only=True)
class Backend:
    """A backend by its framework, the file that told of it, and a guess at the words that start it in `folder`."""

    kind: str
    evidence: Path
    folder: Path
    start: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a folder and those in it hold; paths start at the folder."""

    backends: tuple[Backend, ...] = ()
    mini_programs: tuple[Path, ...] = ()


def detect(folder: Path) -> Found:
    """Return what a folder and the folders directly in it hold."""
    inside = sorted(one for one in folder.iterdir() if one.is_dir() and one.name not in _SKIPPED)
    places = [folder, *(one for one in inside if not one.name.startswith("."))]
    backends = [one for place in places for one in _backends(place, folder)]
    programs = dict.fromkeys(one for place in places for one in _mini_programs(place, folder))
    return Found(backends=tuple(backends), mini_programs=tuple(programs))


def _backends(place: Path, folder: Path) -> Iterator[Backend]:
    for look in (_python, _node, _go, _spring):
        found = look(place)
        if found is not None:
            kind, name, start = found
            yield Backend(
                kind=kind,
                evidence=(place / name).relative_to(folder),
                folder=place.relative_to(folder),
                start=tuple(start),
            )


Guess = tuple[str, str, list[str]] | None


def _python(place: Path) -> Guess:
    for name in ("requirements.txt", "pyproject.toml"):
        wanted = _python_packages(place / name)
        if "django" in wanted and (place / "manage.py").is_file():
            return "Django", name, ["python", "manage.py", "runserver", "--noreload", "127.0.0.1:${PORT}"]
        if "fastapi" in wanted:
            app = _python_app(place, r"^(\w+)\s*(?::[^=\n]*)?=\s*FastAPI\(") or "main:app"
            return "FastAPI", name, ["python", "-m", "uvicorn", app, "--port", "${PORT}"]
        if "flask" in wanted:
            app = _python_app(place, r"^(\w+)\s*(?::[^=\n]*)?=\s*Flask\(|^def (create_app|make_app)\(") or "app"
            return "Flask", name, ["python", "-m", "flask", "--app", app, "run", "--port", "${PORT}"]
    return None


def _python_packages(path: Path) -> set[str]:
    """Return the names of the packages that a file asks for, in lower case."""
    text = _text(path)
    if path.suffix == ".toml":
        text = "\n".join(_toml_packages(text))
    lines = (re.match(r"\s*([A-Za-z0-9][\w.-]*)", line) for line in text.splitlines())
    return {found[1].lower() for found in lines if found}


def _toml_packages(text: str) -> list[str]:
    import tomllib

    try:
        whole: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return []
    project, poetry = _mapping(whole, "project"), _mapping(_mapping(_mapping(whole, "tool"), "poetry"), "dependencies")
    listed = project.get("dependencies")
    return [*(str(one) for one in (listed if isinstance(listed, list) else ())), *poetry]


def _python_app(place: Path, pattern: str) -> str:
    """Return `module:name` of an app that a Python file here or in a package here makes, empty without one."""
    files = [*sorted(place.glob("*.py")), *sorted(place.glob("*/*.py"))]
    for path in files[:_MAX_FILES]:
        parts = path.relative_to(place).with_suffix("").parts
        found = re.search(pattern, _text(path), re.MULTILINE)
        if found and parts[0] not in (*_SKIPPED, "tests"):
            module = ".".join(part for part in parts if part != "__init__")
            return f"{module}:{next(one for one in found.groups() if one)}"
    return ""


def _node(place: Path) -> Guess:
    whole = _json(place / "package.json")
    wanted = _mapping(whole, "dependencies")
    kind = next((kind for name, kind in _NODE.items() if name in wanted), None)
    if kind is None:
        return None
    if "start" in _mapping(whole, "scripts"):
        return kind, "package.json", ["npm", "start"]
    usual = [name for name in ("index.js", "server.js", "app.js") if (place / name).is_file()]
    return kind, "package.json", ["node", str(whole.get("main") or next(iter(usual), "index.js"))]


def _go(place: Path) -> Guess:
    if not (place / "go.mod").is_file():
        return None
    commands = sorted(one.parent for one in place.glob("cmd/*/main.go"))
    inner = not list(place.glob("main.go")) and len(commands) == 1
    return "Go", "go.mod", ["go", "run", f"./cmd/{commands[0].name}" if inner else "."]


def _spring(place: Path) -> Guess:
    if "spring-boot" not in _text(place / "pom.xml"):
        return None
    maven = "./mvnw" if (place / "mvnw").is_file() else "mvn"
    return "Spring", "pom.xml", [maven, "-q", "spring-boot:run", "-Dspring-boot.run.arguments=--server.port=${PORT}"]


def _mini_programs(place: Path, folder: Path) -> Iterator[Path]:
    """Yield the folder of a mini program's code: where its `app.json` with `pages` is."""
    root = _json(place / "project.config.json").get("miniprogramRoot")
    for one in (place / root if isinstance(root, str) else place, place):
        inside = one.resolve().is_relative_to(folder.resolve())
        if inside and isinstance(_json(one / "app.json").get("pages"), list):
            yield one.resolve().relative_to(folder.resolve())
            return


def _mapping(whole: Any, name: str) -> dict[str, Any]:
    found = whole.get(name) if isinstance(whole, dict) else None
    return found if isinstance(found, dict) else {}


def _json(path: Path) -> dict[str, Any]:
    try:
        whole = json.loads(_text(path))
    except (ValueError, RecursionError):
        return {}
    return whole if isinstance(whole, dict) else {}


def _text(path: Path) -> str:
    """Return the beginning of a file as text, empty when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(_MAX_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return ""
