"""The spool's files: append, read, remove. Many processes of one machine share the directory.

A file is opened, locked, written, synced and closed for each record: while PostgreSQL is away there is time for
it, and no process has to be asked whether it still writes. Their names sort by the time of their first record.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from monitoring.errors import DatabaseUnavailableError

DAMAGED, REFUSED = "damaged", "refused"

_SUFFIX = ".spool"
_FILE_BYTES = 16 * 2**20
_RETRY_AFTER_SECONDS = 5


class SpoolFullError(DatabaseUnavailableError):
    """The spool holds as much as it may, or the disk takes no more: the client has to keep its samples."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the database is away and {reason}", retry_after_seconds=_RETRY_AFTER_SECONDS
        )


@dataclass(frozen=True, slots=True)
class SpoolFiles:
    """A directory of spool files, at most `max_bytes` in all and `max_age_seconds` old.

    The bytes are looked at before a frame is written, not while others write: beyond the limit there may be
    what all requests in flight bring.
    """

    directory: Path
    max_bytes: int
    max_age_seconds: float

    def append(self, frame: bytes) -> None:
        """Write a frame; when this returns, it is on the disk.

        Raises SpoolFullError if it was not written: the file ends where it ended before.
        """
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._check_room(len(frame))
            with self._open_newest() as descriptor:
                _write_and_sync(descriptor, frame)
        except OSError as error:
            raise SpoolFullError(f"the spool cannot be written ({error.strerror})") from error

    def waiting(self) -> list[Path]:
        """Return the files in the order in which they were begun."""
        return sorted(path for path in self.directory.glob(f"*{_SUFFIX}") if path.stem.isdecimal())

    def size(self) -> int:
        """Return how many bytes wait."""
        return sum(_size_of(path) for path in self.waiting())

    def content(self, path: Path) -> bytes:
        """Return what is in a file; a frame that is being written is waited for."""
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            return file.read()

    def remove(self, path: Path, *, length: int) -> bool:
        """Remove a file of that length; False, and it stays, if somebody appended to it meanwhile."""
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file.fileno()).st_size != length:
                return False
            path.unlink()
            self._cursor_of(path).unlink(missing_ok=True)
            return True

    def set_aside(self, path: Path, content: bytes, *, start: int, why: str) -> None:
        """Keep a stretch of a file for a person to look at; when this returns, it is on the disk.

        Nobody deletes it, and until somebody does it takes its part of `max_bytes`. What is `REFUSED` is
        tried again once it is named like a file that waits: digits and .spool.
        """
        place = path.with_suffix(f".{start}.{why}")
        with place.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _sync_directory(self.directory)

    def cursor(self, path: Path) -> int:
        """Return up to where a file is done."""
        try:
            return int(self._cursor_of(path).read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return 0

    def move_cursor(self, path: Path, to: int) -> None:
        """Remember that a file is done up to there. Not synced: a repeat is recognised by its record."""
        draft = self._cursor_of(path).with_suffix(".new")
        draft.write_text(str(to), encoding="ascii")
        draft.replace(self._cursor_of(path))

    def _cursor_of(self, path: Path) -> Path:
        return path.with_suffix(".done")

    def _check_room(self, more: int) -> None:
        aside = [path for why in (DAMAGED, REFUSED) for path in self.directory.glob(f"*.{why}")]
        waiting = self.waiting()
        if sum(map(_size_of, [*waiting, *aside])) + more > self.max_bytes:
            raise SpoolFullError("the spool is full")
        if waiting and time.time() - _begun(waiting[0]) / 1e9 > self.max_age_seconds:
            raise SpoolFullError("the spool has waited for too long")

    @contextmanager
    def _open_newest(self) -> Iterator[int]:
        """Open and lock the file to append to; one that was removed before it was locked is left alone."""
        while True:
            descriptor = os.open(self._newest(), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                status = os.fstat(descriptor)
                if status.st_nlink:
                    if (
                        not status.st_size
                    ):  # nobody has made sure yet that it is found after a power cut
                        _sync_directory(self.directory)
                        _sync_directory(self.directory.parent)
                    yield descriptor
                    return
            finally:
                os.close(descriptor)

    def _newest(self) -> Path:
        """Return the file to append to. A new one sorts behind the others, also if the clock was set back."""
        waiting = self.waiting()
        if waiting and _size_of(waiting[-1]) < _FILE_BYTES:
            return waiting[-1]
        after = _begun(waiting[-1]) + 1 if waiting else 0
        return self.directory / f"{max(time.time_ns(), after):020d}{_SUFFIX}"


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_and_sync(descriptor: int, frame: bytes) -> None:
    before = os.fstat(descriptor).st_size
    try:
        view = memoryview(frame)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fdatasync(descriptor)
    except OSError:
        os.ftruncate(descriptor, before)
        raise


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # stored and removed meanwhile
        return 0


def _begun(path: Path) -> int:
    """Return when a file was begun, in ns since the epoch."""
    return int(path.stem)
