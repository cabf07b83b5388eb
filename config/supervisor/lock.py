"""One run per data directory, held by the kernel: a killed owner leaves no stale lock."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class AlreadyLockedError(RuntimeError):
    """Another live process holds the lock; `owner` is its pid, 0 if it is not readable."""

    def __init__(self, path: Path, owner: int) -> None:
        self.owner = owner
        super().__init__(f"{path.parent} is in use by process {owner or '(unknown)'}")


class FileLock:
    """An advisory lock with the owner's pid as its text."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock or raise AlreadyLockedError at once."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise AlreadyLockedError(self.path, self._written_pid()) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; the file stays, because removing it would race with a taker."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @property
    def is_held(self) -> bool:
        """Tell whether this object holds the lock."""
        return self._descriptor is not None

    def owner(self) -> int | None:
        """Return the pid that holds the lock now, None if nobody does."""
        try:
            self.acquire()
        except AlreadyLockedError as held:
            return held.owner
        self.release()
        return None

    def _written_pid(self) -> int:
        text = self.path.read_text(encoding="ascii").strip()
        return int(text) if text.isdigit() else 0

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
