"""python -m tests.tools: programs that some tests need and wheels do not have.

Prometheus is unpacked from its Debian package into .tools/, which needs no
root. Chromium is installed if we are root. What cannot be had is named, and
the tests that need it skip. Packages named as arguments are unpacked, too:
`make bench` asks for influxdb.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS_DIR = ROOT / ".tools"
_APT_LISTS = Path("/var/lib/apt/lists")
_LIMIT_SECONDS = 600


def find_program(name: str) -> Path | None:
    """Return a program from .tools or from the PATH, None if there is none."""
    for unpacked in TOOLS_DIR.glob(f"*/usr/bin/{name}"):
        if os.access(unpacked, os.X_OK):
            return unpacked
    found = shutil.which(name)
    return None if found is None else Path(found)


def main(packages: Sequence[str] = ()) -> int:
    """Fetch what is missing; it is never an error that something cannot be had."""
    if find_program("prometheus") is None and not _fetch("prometheus"):
        _say("Prometheus cannot be fetched: the tests marked 'prometheus' will be skipped")
    for package in packages:
        if not (TOOLS_DIR / package).exists() and not _fetch(package):
            _say(f"{package} cannot be fetched")
    if not _has_browser() and not _install_browser():
        _say("Chromium and chromedriver are missing: the tests marked 'browser' will be skipped")
    return 0


def _has_browser() -> bool:
    return all(find_program(name) is not None for name in ("chromium", "chromedriver"))


def _fetch(package: str) -> bool:
    """Unpack a Debian package into a directory of its name; its programs need nothing else."""
    if not _apt_is_usable():
        return False
    _say(f"Fetching {package} (Debian package) into .tools/")
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        place.chmod(0o777)  # apt gives its rights up while it downloads
        if not _run(["apt-get", "download", package], place):
            return False
        archive = next(place.glob(f"{package}_*.deb"), None)
        if archive is None:
            return False
        draft = TOOLS_DIR / f"{package}.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        if not _run(["dpkg-deb", "-x", str(archive), str(draft)], place):
            return False
    unpacked = TOOLS_DIR / package
    shutil.rmtree(unpacked, ignore_errors=True)
    draft.rename(unpacked)
    return any(unpacked.glob("usr/bin/*"))


def _install_browser() -> bool:
    if os.geteuid() != 0 or not _apt_is_usable():
        return False
    _say("Installing Chromium and chromedriver (Debian packages)")
    packages = ("chromium", "chromium-driver")
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    return _run(command, ROOT) and _has_browser()


def _apt_is_usable() -> bool:
    """Tell whether packages can be had; root may fill empty lists first."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return False
    if any(_APT_LISTS.glob("*_Packages*")):
        return True
    return os.geteuid() == 0 and _run(["apt-get", "update"], ROOT)


def _run(command: Sequence[str], directory: Path) -> bool:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command,
            cwd=directory,
            env=environ,
            capture_output=True,
            timeout=_LIMIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
