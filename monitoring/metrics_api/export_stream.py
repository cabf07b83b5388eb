"""An answer that is written while it is read: a few at once, in bounded memory, visibly broken if it fails."""

import logging
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator

from monitoring.api.problems import problem_of
from monitoring.errors import ServiceUnavailableError
from monitoring.metrics_api.export_formats import Format
from monitoring.metrics_api.export_walk import Part

logger = logging.getLogger(__name__)

_PIECE_BYTES = 64 * 1_024
_RETRY_AFTER_SECONDS = 15
_GZIP = 16 + zlib.MAX_WBITS  # the header and checksum of a gzip file around the compressed data


class Places:
    """So many may be at work at once; who comes when all are taken is sent away, not kept waiting."""

    def __init__(self, most: int) -> None:
        self._free = threading.BoundedSemaphore(most)
        self._most = most

    def take(self) -> Callable[[], None]:
        """Return what gives the place back, once however often it is called.

        Raises ServiceUnavailableError if none is free.
        """
        if not self._free.acquire(blocking=False):
            raise ServiceUnavailableError(
                f"{self._most} exports are running in this process; try again shortly",
                retry_after_seconds=_RETRY_AFTER_SECONDS,
            )
        lock, given_back = threading.Lock(), False

        def give_back() -> None:
            nonlocal given_back
            with lock:
                if not given_back:
                    given_back = True
                    self._free.release()

        return give_back


class Pieces:
    """The bytes of an answer. Whoever is done with it, or gives up, calls `close`."""

    def __init__(self, pieces: Iterator[bytes], closed: Callable[[], None]) -> None:
        self._pieces = pieces
        self._closed = closed

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        """Give back what the answer held; a repeat does nothing."""
        self._closed()


def written(parts: Iterable[Part], form: Format) -> Iterator[bytes]:
    """Yield the samples in that format, in pieces.

    What goes wrong on the way is raised, so that the server breaks off the transfer and the client sees that
    it is not whole; a format that can say so also says it in its last line.
    """
    yield form.head
    try:
        for number, part in enumerate(parts):
            yield (form.between if number else b"") + form.block(*part)
    except Exception as error:
        problem = problem_of(error)
        logger.exception("export broken off")
        yield form.failure(problem.code, problem.message)
        raise
    yield form.tail


def gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces of at least 64 KiB, but for the last: small ones cost a system call each.

    What came before an error is yielded before the error is raised.
    """
    held: list[bytes] = []
    size = 0
    try:
        for piece in pieces:
            held.append(piece)
            size += len(piece)
            if size >= _PIECE_BYTES:
                yield b"".join(held)
                held, size = [], 0
    except Exception:
        yield b"".join(held)
        raise
    if size:
        yield b"".join(held)


def compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces as one gzip stream; what came before an error can be unpacked."""
    packer = zlib.compressobj(level=1, wbits=_GZIP)
    try:
        for piece in pieces:
            if packed := packer.compress(piece):
                yield packed
    except Exception:
        yield packer.flush(zlib.Z_SYNC_FLUSH)
        raise
    yield packer.flush()
