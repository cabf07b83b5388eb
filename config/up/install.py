"""python -m config.up.install [EXTRA ...]: the virtual environment, made or brought up to date.

Runs before anything is installed, so it needs nothing but the standard
library. Two makes at once take turns; an unchanged project costs one hash.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

from config.up.install_progress import Progress

ROOT = Path(__file__).resolve().parents[2]
_LOG_LINES = 25


class InstallError(RuntimeError):
    """The environment cannot be made; the message tells what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Install the project's dependencies with the given extras into .venv."""
    parser = argparse.ArgumentParser(prog="python -m config.up.install", description=__doc__)
    parser.add_argument("extras", nargs="*", metavar="EXTRA")
    extras = parser.parse_args(arguments).extras
    try:
        install(ROOT, extras)
    except InstallError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def install(root: Path, extras: Sequence[str]) -> bool:
    """Make .venv hold what pyproject.toml and constraints.txt say; False if it did already.

    Extras of earlier calls are kept: `make run` after `make test` changes nothing.
    """
    venv = root / ".venv"
    venv.mkdir(exist_ok=True)
    with (venv / "install.lock").open("w") as lock:
        _take_turns(lock.fileno())
        stamp = venv / "install.stamp"
        wanted = sorted({*extras, *_installed_extras(stamp)})
        text = stamp_text(root, wanted)
        is_current = stamp.exists() and stamp.read_text(encoding="utf-8") == text
        if is_current and _works(venv / "bin" / "python"):
            return False
        began = time.monotonic()
        stamp.unlink(missing_ok=True)
        sys.stdout.write(f"Installing into {venv}; this happens once and takes about a minute.\n")
        _fill(root, venv, requirements(root, wanted))
        stamp.write_text(text, encoding="utf-8")
        sys.stdout.write(f"Installed in {time.monotonic() - began:.0f} s.\n")
        return True


def requirements(root: Path, extras: Iterable[str]) -> list[str]:
    """Return the requirements of the project and of its extras. Raises InstallError."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project.get("optional-dependencies", {})
    unknown = [extra for extra in extras if extra not in optional]
    if unknown:
        raise InstallError(f"pyproject.toml has no extra {', '.join(unknown)}")
    return [*project["dependencies"], *(line for extra in extras for line in optional[extra])]


def stamp_text(root: Path, extras: Sequence[str]) -> str:
    """Return the extras, and a hash of everything that decides what is installed."""
    digest = hashlib.sha256("\n".join(requirements(root, extras)).encode())
    digest.update((root / "constraints.txt").read_bytes())
    return f"{' '.join(extras)}\n{digest.hexdigest()}\n"


def _installed_extras(stamp: Path) -> list[str]:
    try:
        return stamp.read_text(encoding="utf-8").split("\n", 1)[0].split()
    except OSError:
        return []


def _take_turns(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.stdout.write("Another make is installing; waiting for it.\n")
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _fill(root: Path, venv: Path, wanted: Sequence[str]) -> None:
    """Create the environment and install into it, with uv where it is, else with venv and pip."""
    log = venv / "install.log"
    log.write_bytes(b"")
    listed = venv / "requirements.txt"
    listed.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    python = str(venv / "bin" / "python")
    what = ("-c", str(root / "constraints.txt"), "-r", str(listed))
    uv = shutil.which("uv")
    _make(venv, uv, log)
    if uv is not None:
        _run([uv, "pip", "install", "--python", python, *what], log)
        return
    quiet = ("--disable-pip-version-check", "--no-input", "--progress-bar=off")
    _run([python, "-m", "pip", "install", *quiet, *what], log)


def _works(python: Path) -> bool:
    """Tell whether the interpreter of the environment still runs and is new enough.

    Which Python calls make does not matter then: another one must not tear the
    environment away under a running service.
    """
    ask = [str(python), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    try:
        subprocess.run(ask, check=True, capture_output=True)  # noqa: S603 - our own interpreter
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _make(venv: Path, uv: str | None, log: Path) -> None:
    """Create the environment, unless it works; what is left of a broken one goes first."""
    if _works(venv / "bin" / "python"):
        return
    for name in ("bin", "lib", "include"):
        shutil.rmtree(venv / name, ignore_errors=True)
    if uv is not None:
        _run([uv, "venv", "--allow-existing", "--python", sys.executable, str(venv)], log)
    else:
        _run([sys.executable, "-m", "venv", str(venv)], log)


def _run(command: Sequence[str], log: Path) -> None:
    """Run a command, its output into the log and, in short, onto the screen."""
    environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
    environ.pop("VIRTUAL_ENV", None)
    with (
        log.open("a", encoding="utf-8") as handle,
        subprocess.Popen(  # noqa: S603 - the argument list is ours, no shell is involved
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environ, text=True
        ) as process,
        Progress(sys.stdout) as progress,
    ):
        for line in process.stdout or ():
            handle.write(line)
            progress.see(line)
    if process.returncode != 0:
        end = "\n".join(log.read_text(encoding="utf-8").splitlines()[-_LOG_LINES:])
        raise InstallError(f"{end}\n\n{Path(command[0]).name} failed. {advice(end)}")


def advice(output: str) -> str:
    """Return what a person may do about a failed installation."""
    if "ensurepip" in output:
        return "This Python lacks the venv module: install python3-venv, or uv."
    return "Check the connection to the package index, then run make again."


if __name__ == "__main__":
    sys.exit(main())
