"""manage.py consume_streams: finds the handlers of all apps, and ends when it is asked to."""

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from monitoring.management.commands import consume_streams
from monitoring.streams.batch import Handler
from monitoring.streams.metrics import store_metrics

WAIT_SECONDS = 10


@pytest.fixture
def handlers_of_signals() -> Iterator[None]:
    """Put the process's own answers to signals back."""
    before = {sign: signal.getsignal(sign) for sign in (signal.SIGTERM, signal.SIGINT)}
    yield
    for sign, answer in before.items():
        signal.signal(sign, answer)


@pytest.mark.usefixtures("handlers_of_signals")
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_the_reader_has_the_handlers_of_all_apps_and_stops_on_a_signal(
    sign: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: list[tuple[Mapping[str, Handler], str]] = []

    class Reader:
        def __init__(
            self, kafka: Any, handlers: Mapping[str, Handler], *, group: str, now: Any
        ) -> None:
            readers.append((handlers, group))

        def run(self, stopping: threading.Event) -> None:
            os.kill(os.getpid(), sign)
            assert stopping.wait(WAIT_SECONDS)

    monkeypatch.setattr(consume_streams, "StreamReader", Reader)
    out = StringIO()

    call_command("consume_streams", stdout=out)

    ((handlers, group),) = readers
    assert handlers["metrics-stream"] is store_metrics
    assert group == settings.KAFKA_METRICS_GROUP
    assert out.getvalue().splitlines() == ["reading metrics-stream", "stopped"]
