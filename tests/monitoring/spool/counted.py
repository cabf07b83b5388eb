"""What is counted while a test runs."""

from collections import Counter
from collections.abc import Mapping
from typing import Self

from monitoring.ingest import tally


class Counted:
    """A sink of the tally; labels do not matter."""

    def __init__(self) -> None:
        self.by_metric: Counter[str] = Counter()

    def __enter__(self) -> Self:
        tally.sinks.append(self._count)
        return self

    def __exit__(self, *_error: object) -> None:
        tally.sinks.remove(self._count)

    def __getitem__(self, metric: str) -> int:
        return self.by_metric[metric]

    def _count(self, metric: str, _labels: Mapping[str, str], by: float) -> None:
        self.by_metric[metric] += int(by)
