"""python -m chaos.receiver: takes webhooks, refuses a share of them, and writes down every key that it took.

It runs in a process of its own, which is never killed: what it has written down did arrive.
"""

import argparse
import random
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

# Shares of what is refused: an error, a connection that breaks before anything is kept, "not so fast".
ERROR, BROKEN = 0.65, 0.34
RETRY_AFTER_SECONDS = 1


class Receiver(ThreadingHTTPServer):
    """Keeps `<seconds since the epoch> <Idempotency-Key>` for each webhook that it answers with 200."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], *, file: Path, refuse: float, seed: int) -> None:
        super().__init__(address, _Handler)
        self._file = file.open("a", buffering=1)
        self._refuse = refuse
        self._random = random.Random(seed)  # noqa: S311 - a repeatable run, no secret
        self._lock = threading.Lock()

    def draw(self) -> str:
        """Return what becomes of the next webhook: kept, error, broken or busy."""
        with self._lock:
            if self._random.random() >= self._refuse:
                return "kept"
            how = self._random.random()
        if how < ERROR:
            return "error"
        return "broken" if how < ERROR + BROKEN else "busy"

    def keep(self, key: str) -> None:
        """Write the key down."""
        with self._lock:
            self._file.write(f"{time.time():.3f} {key}\n")


class _Handler(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Read the whole request, then keep it or not."""
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        outcome = self.server.draw()
        if outcome == "broken":
            self.close_connection = True
            return
        if outcome == "kept":
            self.server.keep(self.headers["Idempotency-Key"])
        self.send_response({"kept": 200, "error": 503, "busy": 429}[outcome])
        if outcome == "busy":
            self.send_header("Retry-After", str(RETRY_AFTER_SECONDS))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Say nothing: the file is the log."""


def main() -> int:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m chaos.receiver", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--refuse", type=float, default=0.15, help="share that is refused")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    address = ("127.0.0.1", options.port)
    with Receiver(address, file=options.file, refuse=options.refuse, seed=options.seed) as receiver:
        receiver.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
