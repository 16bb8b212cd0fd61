"""Promises about the files with which a project starts."""

import shlex
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from emulator.cli.detect import detect
from emulator.cli.init import project_text
from emulator.cli.main import main
from emulator.scenario.project import load_project, parse_project

FLASK = ["python", "-m", "flask", "--app", "app:web", "run", "--port", "${PORT}"]
POM = "<parent><artifactId>spring-boot-starter-parent</artifactId></parent>"
SPRING = "-Dspring-boot.run.arguments=--server.port=${PORT}"
BACKENDS = {
    "Flask": ({"requirements.txt": "# web\nFlask==3.1\n", "app.py": "web = Flask(__name__)\n"}, FLASK),
    "Flask's factory": (
        {"pyproject.toml": '[project]\ndependencies = ["flask>=3"]\n', "shop/__init__.py": "def create_app():\n"},
        ["python", "-m", "flask", "--app", "shop:create_app", "run", "--port", "${PORT}"],
    ),
    "FastAPI": (
        {"requirements.txt": "fastapi[standard]\n", "api/main.py": "app: FastAPI = FastAPI()\n"},
        ["python", "-m", "uvicorn", "api.main:app", "--port", "${PORT}"],
    ),
    "poetry": (
        {"pyproject.toml": '[tool.poetry.dependencies]\nfastapi = "^0.1"\n'},
        ["python", "-m", "uvicorn", "main:app", "--port", "${PORT}"],
    ),
    "Django": (
        {"requirements.txt": "Django\n", "manage.py": ""},
        ["python", "manage.py", "runserver", "--noreload", "127.0.0.1:${PORT}"],
    ),
    "Express": (
        {"package.json": '{"dependencies": {"express": "5"}, "scripts": {"start": "node x"}}'},
        ["npm", "start"],
    ),
    "Express without start": (
        {"package.json": '{"dependencies": {"express": "5"}}', "server.js": ""},
        ["node", "server.js"],
    ),
    "Go": ({"go.mod": "module x\n", "main.go": ""}, ["go", "run", "."]),
    "Go's cmd": ({"go.mod": "module x\n", "cmd/api/main.go": ""}, ["go", "run", "./cmd/api"]),
    "Spring": ({"pom.xml": POM, "mvnw": ""}, ["./mvnw", "-q", "spring-boot:run", SPRING]),
}
NOTHING = {
    "an empty folder": {},
    "a package without a server": {"package.json": '{"dependencies": {"lodash": "4"}, "scripts": {"start": "x"}}'},
    "broken files": {"package.json": "{", "pyproject.toml": "[", "app.json": "[]", "requirements.txt": "==\n"},
    "another pom": {"pom.xml": "<project/>"},
    "installed packages": {"node_modules/package.json": '{"dependencies": {"express": "5"}}'},
    "a root outside": {"project.config.json": '{"miniprogramRoot": "../"}'},
}


@pytest.fixture(name="init")
def fixture_init(tmp_path, monkeypatch):
    """Write files and invoke `mockdoor init` among them."""
    monkeypatch.chdir(tmp_path)

    def init(files, *words):
        write(files)
        return CliRunner().invoke(main, ["init", *words])

    return init


def write(files):
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)


def apps_of(text):
    """Return the apps that a project's file says, or would say without the marks of its comments."""
    lines = text[text.index("apps:") :].splitlines()
    return yaml.safe_load("\n".join(line.removeprefix("# ") for line in lines))["apps"]


@pytest.mark.parametrize(("files", "start"), BACKENDS.values(), ids=BACKENDS)
def test_a_backend_is_found_and_its_start_guessed(init, files, start):
    done = init(files)

    assert (done.exit_code, done.stdout.startswith("found ")) == (0, True)
    assert apps_of(Path("mockdoor.yaml").read_text())["backend"] == {"start": start}


@pytest.mark.parametrize("files", NOTHING.values(), ids=NOTHING)
def test_what_is_no_backend_is_not_taken_for_one(init, files):
    done = init(files)

    assert done.stdout.splitlines()[0] == "found no backend and no mini program that mockdoor knows"
    assert "apps:" not in Path("mockdoor.yaml").read_text()


@pytest.mark.parametrize(
    ("files", "folder"),
    [
        ({"app.json": '{"pages": ["a"]}'}, "."),
        ({"miniprogram/app.json": '{"pages": ["a"]}'}, "miniprogram"),
        (
            {"project.config.json": '{"miniprogramRoot": "src/mp/"}', "src/mp/app.json": '{"pages": ["a"]}'},
            "src/mp",
        ),
    ],
)
def test_a_mini_program_is_found(init, files, folder):
    init(files)

    assert apps_of(Path("mockdoor.yaml").read_text()) == {"shop": {"mini_program": folder}}


def test_a_backend_in_a_folder_is_started_there(init):
    files, _ = BACKENDS["Flask"]

    done = init({f"my server/{name}": text for name, text in files.items()})

    assert apps_of(Path("mockdoor.yaml").read_text())["backend"] == {"start": FLASK, "cwd": "my server"}
    told = done.stdout.splitlines()[-1].removeprefix("or, beside the emulator: ")
    words = shlex.split(told)
    assert words[:5] == ["mockdoor", "exec", "--", "sh", "-c"]
    assert shlex.split(words[5])[:4] == ["cd", "my server", "&&", "python"]
    assert words[5].endswith("run --port 3000")


def test_what_init_writes_runs_at_once(init):
    done = init({})

    again = CliRunner().invoke(main, ["run"])

    assert done.stdout.splitlines()[1:] == [
        "wrote first.scenario.yaml and mockdoor.schema.json",
        "wrote mockdoor.yaml; next: mockdoor run",
    ]
    assert (again.exit_code, again.stdout.splitlines()[-1].startswith("1 passed, 0 failed")) == (0, True)


@pytest.mark.parametrize(
    ("name", "scenarios"), [("scenarios/a.yaml", ("scenarios",)), ("a.scenario.yaml", (".",))], ids=str
)
def test_scenarios_that_are_there_are_taken(init, name, scenarios):
    init({name: "version: 1\n"})

    assert load_project(Path("mockdoor.yaml")).scenarios == scenarios
    assert not Path("first.scenario.yaml").exists()


def test_nothing_is_written_over_unless_it_is_forced(init):
    refused = init({"mockdoor.yaml": "profile: docs\n"})
    kept = Path("mockdoor.yaml").read_text()
    forced = init({"first.scenario.yaml": "version: 1\n"}, "--force")

    said = "mockdoor.yaml already exists; --force writes over it\n"
    assert (refused.exit_code, refused.stderr, kept) == (2, said, "profile: docs\n")
    assert (forced.exit_code, Path("mockdoor.yaml").read_text() != kept) == (0, True)
    assert Path("first.scenario.yaml").read_text() == "version: 1\n"


def test_every_comment_of_the_file_is_a_good_line_without_its_mark(init):
    files, _ = BACKENDS["Go"]
    init(files)
    text = project_text(detect(Path()), "first.scenario.yaml")

    bare = "\n".join(
        line.removeprefix("# ") for line in text.splitlines() if line.startswith(("# scenario:", "# prof", "# rep"))
    )

    assert parse_project(bare, Path("mockdoor.yaml")).scenario == "wechat-busy-once"
