"""What one source said last, and the question that it has not answered yet. Pure: instants come in."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """The last answers of one source.

    `value` and `told_at` are those of the last good answer, None before the first; `tried_at` is the instant at which
    a question ended last, well or not. `error` says why the newest ended question failed, and is empty if it did not.
    `open_since` is the question that waits for its answer: seconds of a clock that never goes back, None between two.
    """

    value: T | None = None
    told_at: datetime | None = None
    tried_at: datetime | None = None
    error: str = ""
    elapsed_ms: float = 0.0
    open_since: float | None = None

    def asked(self, *, now: float) -> "Known[T]":
        """Return this with a question open since `now`."""
        return replace(self, open_since=now)

    def told(self, value: T, *, at: datetime, now: float) -> "Known[T]":
        """Return what is known after a good answer."""
        return Known(value, at, at, elapsed_ms=self.silent_seconds(now) * 1_000)

    def failed(self, error: str, *, at: datetime, now: float) -> "Known[T]":
        """Return what is known after the question failed: the last good answer stays, and grows old."""
        elapsed_ms = self.silent_seconds(now) * 1_000
        return replace(self, tried_at=at, error=error, elapsed_ms=elapsed_ms, open_since=None)

    def silent_seconds(self, now: float) -> float:
        """Return how long the open question has waited; 0 between two questions."""
        return 0.0 if self.open_since is None else max(0.0, now - self.open_since)
