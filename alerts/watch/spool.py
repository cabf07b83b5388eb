"""What the watchdog remembers on the local disk while there is no database: the outage, and each try to tell."""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alerts.watch.outage import Outage

logger = logging.getLogger(__name__)

_MOST_LINES = 10_000


class Spool:
    """Two files of one directory, for our user only: addresses may hold secrets."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._outage = directory / "outage.json"
        self._tries = directory / "tries.jsonl"

    def load(self) -> Outage | None:
        """Return the outage that an earlier run left; one that cannot be read counts as none."""
        try:
            return Outage.of_json(json.loads(self._outage.read_text()))
        except FileNotFoundError:
            return None
        except (OSError, KeyError, TypeError, ValueError) as error:
            logger.warning("watchdog's memory is unreadable", extra={"error": str(error)})
            return None

    def save(self, outage: Outage | None) -> None:
        """Remember the outage, or that there is none; the file is whole or the old one. Raises OSError."""
        if outage is None:
            self._outage.unlink(missing_ok=True)
            return
        partial = self._outage.with_suffix(".part")
        _write(partial, json.dumps(outage.as_json()), append=False, make=self._directory)
        partial.replace(self._outage)

    def add_try(self, entry: Mapping[str, Any]) -> None:
        """Append one try, on the disk when this returns. Raises OSError."""
        _write(self._tries, json.dumps(dict(entry)) + "\n", append=True, make=self._directory)

    def tries(self) -> list[dict[str, Any]]:
        """Return all tries in their order; a line that a crash cut off is left out."""
        try:
            lines = self._tries.read_text().splitlines()[:_MOST_LINES]
        except FileNotFoundError:
            return []
        return [entry for line in lines if (entry := _entry(line)) is not None]

    def forget_tries(self) -> None:
        """Delete them: the ledger has them now."""
        self._tries.unlink(missing_ok=True)


def _entry(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def _write(path: Path, text: str, *, append: bool, make: Path) -> None:
    make.mkdir(mode=0o700, parents=True, exist_ok=True)
    how = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else os.O_TRUNC)
    descriptor = os.open(path, how, 0o600)
    try:
        os.write(descriptor, text.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
