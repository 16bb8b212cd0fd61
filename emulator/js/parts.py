"""The files that a browser needs to run mini programs: ours, the installed libraries', and a map of their names."""

import json
import re
from functools import cache
from pathlib import Path

from emulator.js.installation import SOURCE, dependencies_folder

#: Where each library's build for browsers is in its package.
_LIBRARIES = {
    "glass-easel": "glass-easel/dist/glass_easel.all.es.js",
    "glass-easel-miniprogram-adapter": "glass-easel-miniprogram-adapter/dist/glass_easel_miniprogram_adapter.es.js",
    "glass-easel-template-compiler": "glass-easel-template-compiler/pkg/module.js",
}
#: Names that the runtime imports and that modules of ours stand for in a browser.
_TWINS = {
    "node:module": "browser/node-module.js",
    "jsonc-parser": "browser/jsonc-parser.js",
    "postcss": "browser/postcss.js",
    "sucrase": "browser/sucrase.js",
}
#: The runtime's own modules that need Node, and those in their place.
_REALM = {f"./js/src/{name}": f"./js/browser/{name}" for name in ("realm.js", "template-compiler.js")}
#: Libraries without a build for browsers: CommonJS, put together here.
_COMMON = {
    "jsonc-parser": "jsonc-parser/lib/umd/main.js",
    "postcss": "postcss/lib/postcss.js",
    "sucrase": "sucrase/dist/index.js",
}
_REQUIRE = re.compile(r"""\brequire\(\s*["']([^"'\n]+)["']\s*\)""")


def libraries() -> Path | None:
    """Return the folder `node_modules` with the locked versions; None where they are not installed."""
    folders = [(home / "node_modules").resolve() for home in (SOURCE, dependencies_folder())]
    return next((one for one in folders if all((one / path).is_file() for path in _LIBRARIES.values())), None)


def import_map() -> str:
    """Return what `<script type="importmap">` says, relative to the page `/_emulator/mini-program-frame`."""
    imports = {name: f"./js/npm/{path}" for name, path in _LIBRARIES.items()}
    imports |= {name: f"./js/{path}" for name, path in _TWINS.items()}
    return json.dumps({"imports": imports | _REALM})


def known_files() -> dict[str, Path]:
    """Return the files below `/_emulator/js/` by their paths there."""
    ours = {
        path.relative_to(SOURCE).as_posix(): path
        for folder in ("browser", "src")
        for path in sorted((SOURCE / folder).rglob("*"))
        if path.suffix in (".js", ".css")
    }
    home = libraries()
    return ours | ({f"npm/{path}": home / path for path in _LIBRARIES.values()} if home else {})


@cache
def common_script(home: Path) -> str:
    """Return one ES module that holds the CommonJS libraries below `home`, and loads each by its name."""
    modules: dict[str, str] = {}
    for path in _COMMON.values():
        _collect(home, home / path, modules)
    functions = (f"{json.dumps(name)}(require, module, exports) {{\n{text}\n}}" for name, text in modules.items())
    links = json.dumps(_links(home, modules))
    return _FRAME % {"modules": ",\n".join(functions), "names": json.dumps(_COMMON), "links": links}


def _collect(home: Path, path: Path, modules: dict[str, str]) -> None:
    name = path.relative_to(home).as_posix()
    if name in modules:
        return
    modules[name] = path.read_text("utf-8")
    for wanted in _REQUIRE.findall(modules[name]):
        target = _resolve(home, path, wanted)
        if target is not None:
            _collect(home, target, modules)


def _links(home: Path, modules: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return for each module where the names that it requires lead; those that a browser lacks lead nowhere."""
    links: dict[str, dict[str, str]] = {}
    for name, text in modules.items():
        found = {wanted: _resolve(home, home / name, wanted) for wanted in _REQUIRE.findall(text)}
        links[name] = {wanted: path.relative_to(home).as_posix() for wanted, path in found.items() if path is not None}
    return links


def _resolve(home: Path, path: Path, wanted: str) -> Path | None:
    """Return the file that `require` means, by Node's rules and the field `browser`; None for Node's own modules."""
    if not wanted.startswith("."):
        return _of_package(home, wanted)
    package = home / path.relative_to(home).parts[0] / "package.json"
    swapped = json.loads(package.read_text("utf-8")).get("browser", {}) if package.is_file() else {}
    target = (path.parent / wanted).resolve()
    if isinstance(swapped, dict) and swapped.get(f"./{target.relative_to(package.parent)}", True) is False:
        return None
    return _file(target)


def _of_package(home: Path, wanted: str) -> Path | None:
    parts = wanted.split("/")
    name = "/".join(parts[:2] if wanted.startswith("@") else parts[:1])
    about = home / name / "package.json"
    if not about.is_file():
        return None
    if name != wanted:
        return _file(home / wanted)
    described = json.loads(about.read_text("utf-8"))
    swapped = described.get("browser", {})
    main = f"./{described.get('main', 'index.js').removeprefix('./')}"
    return _file(home / name / (swapped.get(main, main) if isinstance(swapped, dict) else main))


def _file(path: Path) -> Path | None:
    # A package for Node and bundlers alike has `index.cjs` beside an `index.js` that is an ES module.
    candidates = (path, path.with_name(f"{path.name}.js"), path / "index.cjs", path / "index.js")
    return next((one for one in candidates if one.is_file()), None)


_FRAME = """// CommonJS libraries for browsers, put together by mockdoor from their packages.
const process = { env: { NODE_ENV: 'production' } };
const modules = {
%(modules)s
};
const links = %(links)s;
const names = %(names)s;
const loaded = {};

function run(name) {
  if (loaded[name]) return loaded[name].exports;
  const module = loaded[name] = { exports: {} };
  const require = (wanted) => (links[name][wanted] ? run(links[name][wanted]) : {});
  modules[name].call(module.exports, require, module, module.exports);
  return module.exports;
}

export const load = (name) => run(names[name]);
"""
