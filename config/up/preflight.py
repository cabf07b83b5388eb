"""What must be true before anything is touched."""

import os
import shutil
import sys
from pathlib import Path

from config.up.errors import StartError

NEEDED_PYTHON = (3, 11)
NEEDED_BYTES = 2 * 1_073_741_824


def check(data_dir: Path) -> None:
    """Raise StartError if the service cannot run here with its data there."""
    check_python(sys.version_info[:2])
    make_private(data_dir)
    check_space(shutil.disk_usage(data_dir).free, data_dir)


def check_python(version: tuple[int, ...]) -> None:
    """Raise StartError for a Python that is too old."""
    if version < NEEDED_PYTHON:
        found = ".".join(map(str, version))
        raise StartError(f"Python 3.11 or newer is needed, this is {found}")


def check_space(free_bytes: int, data_dir: Path) -> None:
    """Raise StartError unless 2 GiB are free."""
    if free_bytes < NEEDED_BYTES:
        free = free_bytes / 1_073_741_824
        raise StartError(f"2 GB of free disk are needed for {data_dir}, there are {free:.1f}")


def make_private(data_dir: Path) -> None:
    """Create the data directory; others may pass through it but not look in.

    They may pass because PostgreSQL, when we are root, may have to become
    another user to reach its own part.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if data_dir.stat().st_uid == os.geteuid():
            data_dir.chmod(0o711)
    except OSError as error:
        raise StartError(f"cannot use {data_dir}: {error.strerror}") from None
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise StartError(
            f"{data_dir} belongs to somebody else: remove it, or choose another --data-dir"
        )
