"""The virtual environment: what is installed, when again, by whom."""

import io
import os
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest

from config.up import install
from config.up.install_progress import Progress

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = """
[project]
name = "x"
dependencies = ["alpha>=1"]
[project.optional-dependencies]
demo = ["beta"]
dev = ["gamma"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "constraints.txt").write_text("alpha==1.5\n")
    return tmp_path


class Shell:
    """Stands for the installer: remembers what it was told to run."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.fails = False

    def __call__(self, command: list[str], _log: Path) -> None:
        self.commands.append(command)
        if self.fails:
            raise install.InstallError("the index is away")


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    made = Shell()
    monkeypatch.setattr(install, "_run", made)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    return made


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_an_unchanged_project_is_installed_once(project: Path, shell: Shell) -> None:
    interpreter(project, sys.executable)
    assert install.install(project, ["demo"])
    first = list(shell.commands)
    assert not install.install(project, ["demo"])
    assert shell.commands == first


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_changed_file_installs_again(project: Path, shell: Shell, name: str) -> None:
    interpreter(project, sys.executable)
    install.install(project, ["demo"])
    text = (project / name).read_text()
    (project / name).write_text(text.replace("alpha>=1", "alpha>=1.2").replace("1.5", "1.6"))
    assert install.install(project, ["demo"])


def test_extras_of_earlier_calls_are_kept(project: Path, shell: Shell) -> None:
    interpreter(project, sys.executable)
    install.install(project, ["demo", "dev"])
    assert not install.install(project, ["demo"])
    listed = (project / ".venv" / "requirements.txt").read_text().split()
    assert listed == ["alpha>=1", "beta", "gamma"]


def test_a_failed_installation_is_tried_again(project: Path, shell: Shell) -> None:
    shell.fails = True
    with pytest.raises(install.InstallError):
        install.install(project, [])
    shell.fails = False
    assert install.install(project, [])


def test_pip_installs_under_the_constraints(project: Path, shell: Shell) -> None:
    install.install(project, [])
    venv, pip = shell.commands
    assert venv == [sys.executable, "-m", "venv", str(project / ".venv")]
    assert pip[:4] == [str(project / ".venv/bin/python"), "-m", "pip", "install"]
    assert pip[-4:] == [
        *("-c", str(project / "constraints.txt")),
        *("-r", str(project / ".venv" / "requirements.txt")),
    ]


def test_uv_is_preferred_where_it_is(
    project: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/opt/{name}")
    install.install(project, [])
    assert [command[:3] for command in shell.commands] == [
        ["/opt/uv", "venv", "--allow-existing"],
        ["/opt/uv", "pip", "install"],
    ]


def interpreter(project: Path, target: str) -> Path:
    """Put an interpreter into the environment of the project."""
    python = project / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(target)
    return python


@pytest.mark.parametrize("target", ["/no/such/python", "/bin/false"])
def test_an_environment_whose_python_is_gone_or_too_old_is_made_anew(
    project: Path, shell: Shell, target: str
) -> None:
    python = interpreter(project, target)
    (project / ".venv" / "lib" / "site-packages").mkdir(parents=True)
    install.install(project, [])
    assert not python.is_symlink()
    assert not (project / ".venv" / "lib").exists()
    assert shell.commands[0][1:3] == ["-m", "venv"]


def test_an_environment_that_works_is_kept(project: Path, shell: Shell) -> None:
    python = interpreter(project, sys.executable)
    install.install(project, [])
    assert python.exists()
    assert [command[2] for command in shell.commands] == ["pip"]


def test_a_python_that_vanishes_later_is_noticed(project: Path, shell: Shell) -> None:
    python = interpreter(project, sys.executable)
    install.install(project, [])
    python.unlink()
    assert install.install(project, [])


def test_two_installations_take_turns(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interpreter(project, sys.executable)
    inside, let_go, runs = threading.Event(), threading.Event(), []

    def slow(command: list[str], _log: Path) -> None:
        runs.append(command)
        inside.set()
        assert let_go.wait(10)

    monkeypatch.setattr(install, "_run", slow)
    first = threading.Thread(target=install.install, args=(project, []))
    first.start()
    assert inside.wait(10)
    outcome: list[bool] = []
    second = threading.Thread(target=lambda: outcome.append(install.install(project, [])))
    second.start()
    while "waiting for it" not in capsys.readouterr().out:
        assert second.is_alive()
    let_go.set()
    first.join(10)
    second.join(10)
    assert outcome == [False], "the second finds everything done"


def test_an_unknown_extra_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(install.InstallError, match="no extra nonsense"):
        install.requirements(project, ["nonsense"])


def test_the_extras_of_the_makefile_exist() -> None:
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    calls = [line for line in (ROOT / "Makefile").read_text().splitlines() if "$(INSTALL) " in line]
    assert len(calls) == 2
    assert all(set(line.split("$(INSTALL) ")[1].split()) <= set(known) for line in calls)


def test_a_command_that_fails_is_reported_with_its_end(tmp_path: Path) -> None:
    script = "echo Collecting alpha; echo 'No module named ensurepip' >&2; exit 3"
    with pytest.raises(install.InstallError, match=r"(?s)ensurepip.*sh failed.*python3-venv"):
        install._run(["/bin/sh", "-c", script], tmp_path / "log")
    assert "Collecting alpha" in (tmp_path / "log").read_text()


def test_other_failures_point_at_the_connection() -> None:
    assert "package index" in install.advice("Could not find a version")


def test_a_pipe_sees_one_line_in_twenty_packages() -> None:
    screen = io.StringIO()
    with Progress(screen) as progress:
        for number in range(45):
            progress.see(f"Collecting package{number}>=1 (from x)\n")
            progress.see(f"  Downloading package{number}.whl\n")
        progress.see("Collecting package3 (again)\n")
        progress.see("Installing collected packages: package0\n")
    assert screen.getvalue().splitlines() == [
        "  20 packages: package19",
        "  40 packages: package39",
        "  Installing collected packages: package0",
    ]


def test_a_terminal_sees_one_moving_line() -> None:
    screen = Terminal()
    with Progress(screen) as progress:
        progress.see("Collecting alpha\n")
        progress.see(" + beta==1\n")
    assert "\n" not in screen.getvalue()
    assert "1 packages: alpha" in screen.getvalue()
    assert screen.getvalue().endswith("\r\033[K")


def test_the_command_reports_failure_by_its_code(
    monkeypatch: pytest.MonkeyPatch, project: Path, capsys: pytest.CaptureFixture[str], shell: Shell
) -> None:
    monkeypatch.setattr(install, "ROOT", project)
    assert install.main(["dev"]) == 0
    assert install.main(["nonsense"]) == 1
    assert "no extra nonsense" in capsys.readouterr().err


def test_it_runs_with_nothing_but_the_standard_library() -> None:
    without_site_packages = [sys.executable, "-S", "-m", "config.up.install", "--help"]
    subprocess.run(without_site_packages, cwd=ROOT, env={"PATH": os.environ["PATH"]}, check=True)
