"""Logs neither grow for ever nor vanish: the last run's are kept, big ones are cut."""

import shutil
from pathlib import Path

MAX_BYTES = 20 * 1_048_576


def begin_logs(directory: Path) -> None:
    """Set aside the logs of the last run as NAME.log.1, so that each run begins anew."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for log in directory.glob("*.log"):
        log.replace(_earlier(log))


def trim_logs(directory: Path, *, max_bytes: int = MAX_BYTES) -> None:
    """Copy each log that is too big to NAME.log.1 and empty it.

    Emptied, not renamed: its writer holds it open, and appends.
    """
    for log in directory.glob("*.log"):
        if log.stat().st_size > max_bytes:
            shutil.copyfile(log, _earlier(log))
            with log.open("r+b") as handle:
                handle.truncate(0)


def _earlier(log: Path) -> Path:
    return log.with_name(f"{log.name}.1")
