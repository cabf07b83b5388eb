"""What one process has measured since it last handed it over: added up, and the requests worth keeping. Pure.

Memory is bounded whatever happens outside: by endpoint and minute, and by the number of single requests.
What goes beyond is counted, never silent.
"""

import heapq
import threading
from dataclasses import dataclass, field
from itertools import count

from health.performance.measured import MeasuredRequest
from health.performance.parts import Parts, merge_into, parts_of

# Requests are added up so many at a time: the one that fills the list pays some microseconds for each.
_FOLD = 256

# The first two sort: what failed is kept before what was merely slow; the third settles ties.
_Kept = tuple[bool, float, int, MeasuredRequest]


@dataclass(slots=True)
class Batch:
    """What is handed over: every request in `parts`, and of single ones those that failed or were slowest."""

    parts: Parts = field(default_factory=dict)
    requests: list[MeasuredRequest] = field(default_factory=list)
    dropped: int = 0

    def __bool__(self) -> bool:
        return bool(self.parts or self.dropped)


class Recorder:
    """Takes requests in from any thread. `threshold_ms` is that of apdex.

    It holds at most `most_parts` places (an endpoint in a minute) and `most_requests` single requests.
    """

    def __init__(self, *, threshold_ms: float, most_requests: int, most_parts: int) -> None:
        self._threshold_ms = threshold_ms
        self._most_requests = most_requests
        self._most_parts = most_parts
        self._lock = threading.Lock()
        self._number = count()
        self._fresh: list[MeasuredRequest] = []
        self._kept: list[_Kept] = []
        self._parts: Parts = {}
        self._dropped = 0

    def record(self, request: MeasuredRequest) -> None:
        """Take one request in."""
        with self._lock:
            self._fresh.append(request)
            if len(self._fresh) >= _FOLD:
                self._fold()

    def take(self) -> Batch:
        """Return everything since the last time and begin anew."""
        with self._lock:
            self._fold()
            batch = Batch(self._parts, [kept[-1] for kept in self._kept], self._dropped)
            self._parts, self._kept, self._dropped = {}, [], 0
        return batch

    def _fold(self) -> None:
        fresh, self._fresh = self._fresh, []
        parts = parts_of(fresh, threshold_ms=self._threshold_ms)
        room = self._most_parts - len(self._parts)
        for place in [place for place in parts if place not in self._parts][max(0, room) :]:
            self._dropped += parts.pop(place).requests
        merge_into(self._parts, parts)
        for request in fresh:
            self._keep(request)

    def _keep(self, request: MeasuredRequest) -> None:
        kept = (request.failed, request.response_time_ms, next(self._number), request)
        if len(self._kept) < self._most_requests:
            heapq.heappush(self._kept, kept)
        else:
            heapq.heappushpop(self._kept, kept)
