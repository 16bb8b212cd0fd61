"""Acting again when files change: real files, and threads that meet by events."""

import threading
from contextlib import contextmanager

import pytest

from emulator.cli.watching import watch, watch_scenarios

#: Seconds; nothing here takes so long.
PATIENCE = 20


class Watching:
    """Watches in a thread of its own; says what a file held each time."""

    def __init__(self, start, text_of):
        self._begun = threading.Semaphore(0)
        self._text_of = text_of
        self.stop = threading.Event()
        self.seen = []
        self.failure = None
        self._thread = threading.Thread(target=self._run, args=(start,), daemon=True)
        self._thread.start()

    def _run(self, start):
        try:
            start(self._act, self.stop)
        except BaseException as error:
            self.failure = error

    def _act(self):
        self.seen.append(self._text_of())
        self._begun.release()

    def wait(self):
        """Wait for the next time; return what it saw."""
        assert self._begun.acquire(timeout=PATIENCE), f"nothing happened after {self.seen}: {self.failure}"
        return self.seen[-1]

    def end(self):
        self.stop.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


@pytest.fixture(name="watching")
def fixture_watching():
    """Watch what a function names for the length of a with-statement."""

    @contextmanager
    def watching(paths_of, text_of):
        one = Watching(lambda act, stop: watch(paths_of, act, stop=stop), text_of)
        try:
            yield one
        finally:
            one.end()

    return watching


@pytest.fixture(name="file")
def fixture_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("first")
    return path


def test_it_acts_at_once_and_after_each_save(file, watching):
    with watching(lambda: [file], file.read_text) as watched:
        assert watched.wait() == "first"

        for text in ("second", "third"):
            file.write_text(text)
            assert watched.wait() == text


def test_a_save_by_renaming_is_seen(file, tmp_path, watching):
    with watching(lambda: [file], file.read_text) as watched:
        watched.wait()

        for text in ("second", "third"):
            (tmp_path / "a.txt~").write_text(text)
            (tmp_path / "a.txt~").replace(file)
            assert watched.wait() == text


def test_a_file_that_is_gone_for_a_moment_is_waited_for(file, tmp_path, watching):
    with watching(lambda: [file], lambda: file.read_text() if file.exists() else "gone") as watched:
        watched.wait()

        file.rename(tmp_path / "backup")
        file.write_text("second")

        assert watched.wait() == "second"


def test_a_file_that_is_gone_for_good_is_a_change_and_so_is_its_return(file, watching):
    with watching(lambda: [file], lambda: file.read_text() if file.exists() else "gone") as watched:
        watched.wait()

        file.unlink()
        assert watched.wait() == "gone"
        file.write_text("again")
        assert watched.wait() == "again"


def test_several_saves_in_one_moment_end_with_the_last(file, watching):
    with watching(lambda: [file], file.read_text) as watched:
        watched.wait()

        for number in range(50):
            file.write_text(f"{number:02}")
        while watched.wait() != "49":
            pass

    assert len(watched.seen) < 25


def test_a_change_while_it_acts_is_acted_upon_afterwards(file, watching):
    inside, go = threading.Event(), threading.Event()

    def act_slowly():
        text = file.read_text()
        inside.set()
        assert go.wait(PATIENCE)
        return text

    with watching(lambda: [file], act_slowly) as watched:
        assert inside.wait(PATIENCE)
        file.write_text("second")
        go.set()

        watched.wait()
        watched.wait()

    assert watched.seen == ["first", "second"]


def test_a_file_that_appears_in_a_folder_is_seen(file, tmp_path, watching):
    with watching(lambda: tmp_path.glob("*.txt"), lambda: len(list(tmp_path.glob("*.txt")))) as watched:
        watched.wait()

        (tmp_path / "b.txt").write_text("")

        assert watched.wait() == 2


def test_what_has_not_changed_and_what_nobody_watches_is_no_change(file, tmp_path, watching):
    with watching(lambda: [file], file.read_text) as watched:
        watched.wait()
        (tmp_path / "other").write_text("x")
        file.open().close()

        file.write_text("second")
        watched.wait()

    assert watched.seen == ["first", "second"]


def test_what_the_act_raises_ends_the_watching(file):
    def act():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch(lambda: [file], act)


@pytest.mark.parametrize("name", ["base.yaml", "init.json", "rows.csv", "a.scenario.yaml"])
def test_what_a_scenario_names_is_watched_too(tmp_path, name):
    from emulator.core.errors import ScenarioError
    from emulator.scenario import load

    (tmp_path / "base.yaml").write_text("version: 1\n")
    (tmp_path / "init.json").write_text('{"users": []}')
    (tmp_path / "rows.csv").write_text("nick\nA\n")
    (tmp_path / "a.scenario.yaml").write_text(
        "version: 1\nextends: base.yaml\ninit_data: init.json\nsteps:\n  - note: x\n    with: {file: rows.csv}\n"
    )
    scenario = tmp_path / "a.scenario.yaml"

    def look():
        try:
            return load(scenario).name
        except ScenarioError as error:
            return str(error.problems[0].path)

    one = Watching(lambda act, stop: watch_scenarios([str(scenario)], act, stop=stop), look)
    try:
        one.wait()
        (tmp_path / name).write_text("")
        while one.wait() == "a":  # files that are as young as this may be looked at twice
            pass
        assert one.seen[-1] == str(tmp_path / name)
    finally:
        one.end()
