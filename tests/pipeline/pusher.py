"""A client that pushes a gauge and an increment again and again, and remembers what it was told."""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests

from tests.tokens import bearer

GAUGE, COUNTER = "system_cpu_usage_percent", "payment_success_total"
_PAUSE_SECONDS = 0.02


@dataclass
class Told:
    """The numbers of pushes by their answers; `away`: status and body of those that began and ended in the outage."""

    stored: list[int] = field(default_factory=list)
    spooled: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    away: list[tuple[int, dict[str, Any]]] = field(default_factory=list)


class Pusher:
    """Push number n is the gauge n, 1 ms after the one before, and an increment of 1, in one request.

    With `repeats` it sends a key, and a push that was refused again; without, each push is sent once.
    """

    def __init__(
        self, url: str, name: str, *, first_at: datetime, repeats: bool, away: threading.Event
    ) -> None:
        self.name = name
        self.told = Told()
        self._url = url
        self._first_at = first_at
        self._repeats = repeats
        self._away = away
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)

    def start(self) -> None:
        """Begin to push."""
        self._thread.start()

    def stop(self) -> None:
        """End after the push that is on its way."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        number = 0
        while not self._ending.wait(_PAUSE_SECONDS):
            if self._push(number) or not self._repeats:
                number += 1

    def _push(self, number: int) -> bool:
        at = self._first_at + timedelta(milliseconds=number)
        common = {
            "service_name": "payment-service",
            "labels": {"writer": self.name},
            "timestamp": at.isoformat(timespec="milliseconds"),
        }
        items = [
            {**common, "metric_name": GAUGE, "value": number},
            {**common, "metric_name": COUNTER, "type": "counter", "value": 1},
        ]
        key = {"Idempotency-Key": f"{self.name} {number}"} if self._repeats else {}
        was_away = self._away.is_set()
        answer = requests.post(
            self._url, json=items, headers=bearer("monitoring") | key, timeout=20
        )
        body = answer.json()
        if was_away and self._away.is_set():
            self.told.away.append((answer.status_code, body))
        if not answer.ok:
            self.told.refused.append(number)
        elif "durable" in body:
            self.told.spooled.append(number)
        else:
            self.told.stored.append(number)
        return answer.ok
