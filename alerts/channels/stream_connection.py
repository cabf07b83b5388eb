"""One connection to the brokers for each process, made when the first record is sent and again after a failure."""

import os
import threading

from monitoring.backends.factory import kafka
from monitoring.backends.kafka_messages import Message, Producer


class StreamConnection:
    """Sends records to one topic, one by one, each waited for. Safe for threads and across forks."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._lock = threading.Lock()
        self._producer: Producer | None = None
        os.register_at_fork(after_in_child=self._begin_anew)

    def deliver(self, record: Message) -> bool:
        """Send the record and tell whether all replicas confirmed it. Raises StreamUnavailableError."""
        producer = self._connected()
        is_taken = not producer.deliver([record])
        if not is_taken:
            self.close()
        return is_taken

    def close(self) -> None:
        """Give up the connection; the next record makes another."""
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            producer.close()

    def _connected(self) -> Producer:
        with self._lock:
            if self._producer is None:
                kafka().ensure_topics([self._topic])
                self._producer = kafka().producer()
            return self._producer

    def _begin_anew(self) -> None:
        """Leave the connection, and a lock that a thread of the parent may hold, to the parent."""
        self._lock = threading.Lock()
        self._producer = None
