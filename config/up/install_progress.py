"""The output of pip or uv in one moving line on a terminal, in few lines elsewhere."""

import re
from types import TracebackType
from typing import Self, TextIO

_PACKAGE = re.compile(r"\s*(?:Collecting|\+) ([A-Za-z0-9_.-]+)")
_PHASES = ("Resolved", "Prepared", "Installing collected", "Building")
_EVERY = 20


class Progress:
    """Counts the packages that are named for the first time."""

    def __init__(self, screen: TextIO) -> None:
        self._screen = screen
        self._moving = screen.isatty()
        self._seen: set[str] = set()

    def see(self, line: str) -> None:
        """Show what one line of output means."""
        match = _PACKAGE.match(line)
        if match is not None and match[1] not in self._seen:
            self._seen.add(match[1])
            self._show_count(match[1])
        elif line.startswith(_PHASES):
            self._write(f"{line.strip()[:70]}", lasting=not self._moving)

    def _show_count(self, name: str) -> None:
        if self._moving or len(self._seen) % _EVERY == 0:
            self._write(f"{len(self._seen)} packages: {name}", lasting=not self._moving)

    def _write(self, text: str, *, lasting: bool) -> None:
        self._screen.write(f"  {text}\n" if lasting else f"\r\033[K  {text}")
        self._screen.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._moving:
            self._screen.write("\r\033[K")
            self._screen.flush()
