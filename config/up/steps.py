"""The numbered steps of the start: a spinner on a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

Detail = Callable[[str], None]


class Steps:
    """Prints "[2/6] engines: 0.7 s" for each step, and notes below it."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._number = 0

    @contextmanager
    def step(self, title: str) -> Iterator[Detail]:
        """Run one step; hands out a function that shows what it waits for.

        A step that raises is named as the one that failed.
        """
        self._number += 1
        label = escape(f"[{self._number}/{self._total}] {title}")
        began = time.monotonic()
        status = self._console.status(label)
        if self._console.is_terminal:
            status.start()
        try:
            yield lambda detail: status.update(f"{label}: {escape(detail)}")
        except BaseException:
            status.stop()
            self._console.print(f"{label}: failed after {time.monotonic() - began:.1f} s")
            raise
        status.stop()
        self._console.print(f"{label}: {time.monotonic() - began:.1f} s")

    def say(self, text: str) -> None:
        """Print a line as it is: a line to copy must be neither wrapped nor coloured."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)
