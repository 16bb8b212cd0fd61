"""Where the JavaScript runtime of mini programs and its dependencies are, and putting them there with npm."""

import os
import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

from filelock import FileLock

from emulator.core.folders import cache_folder

SOURCE = Path(__file__).parent
#: What a person runs who lacks the dependencies.
COMMAND = "mockdoor mini-program install"
#: The oldest Node that the runtime knows, as its package.json says.
OLDEST_NODE = 18
_PACKAGE = ("package.json", "package-lock.json", ".npmrc")
_NPM = ("ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts")


class NotInstalled(Exception):
    """Node, npm or the dependencies are missing; the text says which, and what to run."""


def find_node() -> str:
    """Return the program `node`; raises NotInstalled."""
    found = shutil.which("node")
    if found is None:
        raise NotInstalled(
            f"there is no program 'node' on PATH; install Node {OLDEST_NODE} or later, then run `{COMMAND}`"
        )
    return found


def find_runtime() -> Path:
    """Return the folder with the runtime's `src`, from where its dependencies are found; raises NotInstalled.

    A checkout whose dependencies are installed is used as it is. Else the sources are copied beside the dependencies
    in the cache folder, because Node looks for those in the folders above a file.
    """
    if (SOURCE / "node_modules").is_dir():
        return SOURCE
    home = dependencies_folder()
    if not (home / "node_modules").is_dir():
        raise NotInstalled(f"the parts that mini programs run on are not installed; run `{COMMAND}`, once")
    return _copied_beside(home)


def dependencies_folder() -> Path:
    """Return the folder in the cache for the dependencies of this lock file, whether or not they are there."""
    return cache_folder() / "mini-program" / sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()[:16]


def install() -> Path:
    """Put the locked dependencies into the cache folder, unless they are there; raises NotInstalled."""
    home = dependencies_folder()
    _check_version(find_node())
    npm = shutil.which("npm")
    if npm is None:
        raise NotInstalled("there is no program 'npm' on PATH; it comes with Node")
    home.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(home.with_suffix(".lock")):
        if not (home / "node_modules").is_dir():
            _install_into(home, npm)
    return home


def _install_into(home: Path, npm: str) -> None:
    """Run npm in a folder of its own, which takes its place only when all went well."""
    made = Path(mkdtemp(dir=home.parent))
    try:
        for name in _PACKAGE:
            if (SOURCE / name).exists():
                shutil.copyfile(SOURCE / name, made / name)
        done = subprocess.run([npm, *_NPM], cwd=made, capture_output=True, text=True, check=False)  # noqa: S603  # npm
        if done.returncode != 0:
            raise NotInstalled(f"npm ended with exit code {done.returncode}:\n{(done.stderr or done.stdout).strip()}")
        shutil.rmtree(home, ignore_errors=True)
        made.rename(home)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _copied_beside(home: Path) -> Path:
    """Return a copy of the sources inside `home`, made when there is none of these."""
    sources = sorted((SOURCE / "src").iterdir())
    digest = sha256()
    for path in (SOURCE / "package.json", *sources):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    place = home / f"runtime-{digest.hexdigest()[:16]}"
    if not place.is_dir():
        made = Path(mkdtemp(dir=home))
        shutil.copytree(SOURCE / "src", made / "src")
        shutil.copyfile(SOURCE / "package.json", made / "package.json")
        try:
            made.rename(place)
        except OSError:  # another run was faster
            shutil.rmtree(made, ignore_errors=True)
    return place


def _check_version(node: str) -> None:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603  # node
    found = re.match(r"v(\d+)", said)
    if found is None or int(found[1]) < OLDEST_NODE:
        raise NotInstalled(f"{os.fspath(node)} is {said.strip() or 'no Node'}; needed is Node {OLDEST_NODE} or later")
