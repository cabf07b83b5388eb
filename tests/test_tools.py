"""What the suite fetches for itself, and what it says when something cannot be had."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import tools


class System:
    """A machine as `tests.tools` sees it."""

    def __init__(self) -> None:
        self.root = False
        self.programs: set[str] = {"apt-get", "dpkg-deb"}
        self.fails: set[str] = set()
        self.commands: list[str] = []

    def which(self, name: str) -> str | None:
        return f"/usr/bin/{name}" if name in self.programs else None

    def run(self, command: Sequence[str], directory: Path) -> bool:
        line = " ".join(command[:2])
        self.commands.append(line)
        if line in self.fails:
            return False
        if line == "apt-get update":
            (tools._APT_LISTS / "main_Packages.lz4").touch()
        elif line == "apt-get download":
            (directory / "prometheus_2.42_amd64.deb").touch()
        elif line == "dpkg-deb -x":
            unpacked = Path(command[3]) / "usr" / "bin" / "prometheus"
            unpacked.parent.mkdir(parents=True)
            unpacked.touch(mode=0o755)
        elif line == "apt-get install":
            self.programs |= {"chromium", "chromedriver"}
        return True


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    made = System()
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "main_Packages").touch()
    monkeypatch.setattr(tools, "_APT_LISTS", tmp_path / "lists")
    monkeypatch.setattr(tools, "TOOLS_DIR", tmp_path / ".tools")
    monkeypatch.setattr("shutil.which", made.which)
    monkeypatch.setattr(tools, "_run", made.run)
    monkeypatch.setattr("os.geteuid", lambda: 0 if made.root else 1_000)
    return made


def test_nothing_is_fetched_twice(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    system.root = True
    assert tools.main() == 0
    fetched = list(system.commands)
    assert fetched == ["apt-get download", "dpkg-deb -x", "apt-get install"]
    assert tools.main() == 0
    assert system.commands == fetched
    assert "skipped" not in capsys.readouterr().out


def test_an_ordinary_user_gets_prometheus_but_no_browser(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tools.main() == 0
    assert system.commands == ["apt-get download", "dpkg-deb -x"]
    assert tools.find_program("prometheus") == tools.TOOLS_DIR / "prometheus/usr/bin/prometheus"
    said = capsys.readouterr().out
    assert "tests marked 'browser' will be skipped" in said
    assert "'prometheus' will be skipped" not in said


@pytest.mark.parametrize("failing", ["apt-get download", "dpkg-deb -x"])
def test_a_failed_fetch_is_said_and_leaves_nothing(
    system: System, capsys: pytest.CaptureFixture[str], failing: str
) -> None:
    system.fails = {failing}
    assert tools.main() == 0
    assert "tests marked 'prometheus' will be skipped" in capsys.readouterr().out
    assert tools.find_program("prometheus") is None


def test_without_debian_packages_both_are_named(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    system.programs = set()
    assert tools.main() == 0
    assert system.commands == []
    assert capsys.readouterr().out.count("will be skipped") == 2


def test_programs_on_the_path_are_used(system: System) -> None:
    system.programs |= {"prometheus", "chromium", "chromedriver"}
    assert tools.main() == 0
    assert system.commands == []
    assert tools.find_program("prometheus") == Path("/usr/bin/prometheus")


@pytest.mark.parametrize(("root", "first"), [(True, ["apt-get update"]), (False, [])])
def test_only_root_fills_empty_package_lists(
    system: System, *, root: bool, first: list[str]
) -> None:
    system.root = root
    (tools._APT_LISTS / "main_Packages").unlink()
    tools.main()
    assert system.commands[:1] == first


def test_a_command_that_fails_hangs_or_is_missing_is_no_exception(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tools._run(["true"], tmp_path)
    assert not tools._run(["false"], tmp_path)
    assert not tools._run(["no-such-command"], tmp_path)
    monkeypatch.setattr(tools, "_LIMIT_SECONDS", 0.1)
    assert not tools._run(["sleep", "60"], tmp_path)
