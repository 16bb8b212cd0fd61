"""Promises about what is served of mini programs: the frame, its parts, and a folder."""

import pytest

from emulator.js import parts
from emulator.web.console.mini_program import show_folder

needs_libraries = pytest.mark.skipif(parts.libraries() is None, reason="needs `npm ci --prefix emulator/js`")


@pytest.fixture(name="folder")
def fixture_folder(tmp_path, client):
    """A folder that the application was given, and a file beside it that it was not given."""
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    folder = tmp_path / "shop"
    (folder / "node_modules").mkdir(parents=True)
    (folder / "node_modules" / "x.js").write_text("", "utf-8")
    (folder / "app.json").write_text("{}", "utf-8")
    (folder / "away.txt").symlink_to(tmp_path / "secret.txt")
    show_folder(client.application, folder)
    return folder


def test_the_frame_is_an_origin_of_its_own_and_reaches_nobody(client):
    rules = client.get("/_emulator/mini-program-frame").headers["Content-Security-Policy"].split("; ")

    assert {"sandbox allow-scripts", "default-src 'none'", "connect-src 'none'", "form-action 'none'"} < set(rules)


@pytest.mark.parametrize(
    "name", ["src/../../../pyproject.toml", "src", "", "package.json", "installation.py", "src/no.js"]
)
def test_only_known_files_of_the_runtime_are_given_out(client, name):
    assert client.get(f"/_emulator/js/{name}").status_code == 404


@needs_libraries
@pytest.mark.parametrize(
    "name", ["src/routes.js", "browser/frame.js", "npm/glass-easel/dist/glass_easel.all.es.js", "commonjs.js"]
)
def test_a_part_is_given_out_as_script_that_an_opaque_origin_may_read(client, name):
    reply = client.get(f"/_emulator/js/{name}")

    assert (reply.status_code, reply.content_type) == (200, "text/javascript; charset=utf-8")
    assert reply.headers["Access-Control-Allow-Origin"] == "*"


def test_without_the_libraries_a_part_says_what_to_run(client, monkeypatch, tmp_path):
    monkeypatch.setattr(parts, "SOURCE", tmp_path)
    monkeypatch.setattr(parts, "dependencies_folder", lambda: tmp_path / "cache")

    state = client.get("/_emulator/mini-program-state").json
    missing = client.get("/_emulator/js/npm/glass-easel/dist/glass_easel.all.es.js").json["message"]

    assert state == {"drawn": False, "install": "mockdoor mini-program install", "folder": None}
    assert missing.endswith("the libraries are not installed, run `mockdoor mini-program install`")


def test_without_a_folder_there_is_nothing_to_list(client):
    assert client.get("/_emulator/mini-program-files").status_code == 404
    assert client.get("/_emulator/mini-program-files/app.json").status_code == 404


@pytest.mark.usefixtures("folder")
def test_a_folder_is_listed_without_packages_and_links_that_lead_out(client):
    listed = client.get("/_emulator/mini-program-files").json

    assert (listed["folder"], listed["files"]) == ("shop", ["app.json"])
    assert client.get("/_emulator/mini-program-files/app.json").data == b"{}"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["away.txt", "../secret.txt", "%2e%2e/secret.txt", "node_modules/x.js"])
def test_what_is_not_listed_is_not_given_out(client, name):
    assert client.get(f"/_emulator/mini-program-files/{name}").status_code == 404


def test_a_save_changes_the_mark(client, folder):
    before = client.get("/_emulator/mini-program-files").json["mark"]

    (folder / "app.json").write_text('{"pages": []}', "utf-8")

    assert client.get("/_emulator/mini-program-files").json["mark"] != before


@pytest.mark.usefixtures("folder")
def test_a_foreign_name_that_leads_here_may_not_read_the_folder(client):
    assert client.get("/_emulator/mini-program-files", headers={"Host": "evil.example"}).status_code == 403


@needs_libraries
def test_libraries_behind_a_link_are_put_together_too(client, monkeypatch, tmp_path):
    (tmp_path / "node_modules").symlink_to(parts.libraries())
    monkeypatch.setattr(parts, "SOURCE", tmp_path)

    assert client.get("/_emulator/js/commonjs.js").status_code == 200
