"""Sends messages in the background: whoever publishes never waits for a broker."""

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from functools import partial

from monitoring.backends.kafka_messages import Message, Producer
from monitoring.errors import StreamUnavailableError
from monitoring.exposition.instruments import count

logger = logging.getLogger(__name__)

# Made when it is sent, in the background: the request that published must not pay for it.
Maker = Callable[[], Message]

CAPACITY = 50_000
CHUNK = 500
SENT = "sent"
QUEUE_FULL = "dropped_queue_full"
FAULT = "dropped_fault"
AT_EXIT = "dropped_at_exit"


class Publisher:
    """A bounded queue and a daemon thread that empties it.

    While the broker is away the newest messages are kept and the oldest are dropped, counted.
    """

    def __init__(
        self,
        connect: Callable[[], Producer],
        *,
        capacity: int = CAPACITY,
        pause_seconds: float = 1.0,
        longest_pause_seconds: float = 30.0,
    ) -> None:
        self._connect = connect
        self._capacity = capacity
        self._first_pause = pause_seconds
        self._longest_pause = longest_pause_seconds
        self._queue: deque[tuple[str, Maker]] = deque()
        self._changed = threading.Condition()
        self._ending = False
        self._producer: Producer | None = None
        self._thread: threading.Thread | None = None

    def publish(self, topic: str, makers: Iterable[Maker]) -> None:
        """Queue messages for a topic; never blocks, never raises."""
        with self._changed:
            self._queue.extend((topic, make) for make in makers)
            self._drop_oldest()
            if self._thread is None and not self._ending:
                self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
                self._thread.start()
            self._changed.notify()

    def waiting(self) -> int:
        """Return how many messages are queued."""
        return len(self._queue)

    def stop(self, timeout_seconds: float = 2.0) -> None:
        """Send what is queued, as far as that goes in the time."""
        with self._changed:
            self._ending = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join(timeout_seconds)

    def _drop_oldest(self) -> None:
        while len(self._queue) > self._capacity:
            topic, _ = self._queue.popleft()
            _count([topic], QUEUE_FULL)

    def _run(self) -> None:
        pause = 0.0
        while (chunk := self._next_chunk(pause)) is not None:
            try:
                sent = self._send(chunk)
            except Exception:  # the thread must outlive a message that cannot be made
                logger.exception("messages not sent")
                _count((topic for topic, _ in chunk), FAULT)
                sent = True
            pause = 0.0 if sent else min(self._longest_pause, 2 * pause or self._first_pause)
        self._disconnect()
        _count((topic for topic, _ in self._queue), AT_EXIT)

    def _next_chunk(self, pause: float) -> list[tuple[str, Maker]] | None:
        """Wait for messages, or for a pause to pass; None when it is time to end."""
        with self._changed:
            if pause:
                self._changed.wait_for(lambda: self._ending, timeout=pause)
            else:
                self._changed.wait_for(lambda: self._ending or self._queue)
            if self._ending and (pause or not self._queue):
                return None
            return [self._queue.popleft() for _ in range(min(CHUNK, len(self._queue)))]

    def _send(self, chunk: list[tuple[str, Maker]]) -> bool:
        """Send a chunk; what the broker did not take goes back to the front of the queue."""
        messages = [make() for _, make in chunk]
        try:
            if self._producer is None:
                self._producer = self._connect()
            undelivered = self._producer.deliver(messages)
        except StreamUnavailableError as error:
            logger.warning("stream not reached", extra={"error": error.message})
            undelivered = messages
        failed = {id(message) for message in undelivered}
        _count((message.topic for message in messages if id(message) not in failed), SENT)
        if undelivered:
            self._disconnect()
            with self._changed:
                kept = ((message.topic, partial(_same, message)) for message in undelivered[::-1])
                self._queue.extendleft(kept)
                self._drop_oldest()
        return not undelivered

    def _disconnect(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.close()


def _count(topics: Iterable[str], outcome: str) -> None:
    for topic, number in Counter(topics).items():
        count("stream_published_total", {"topic": topic, "outcome": outcome}, number)


def _same(message: Message) -> Message:
    return message
