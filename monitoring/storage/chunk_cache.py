"""Decoded chunks that a process keeps, those used last: a dashboard asks for the same ones again and again.

The key of a version (see `chunk_versions`) names its samples for ever, so nothing here ever becomes wrong: a
version that a seal replaced is not asked for again, and goes when others need its room.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

SAMPLE_BYTES = 16
ENTRY_BYTES = (
    512  # two array objects, the key and its place: what a chunk of few samples mostly consists of
)


class Piece(NamedTuple):
    """The samples of one chunk: instants in ms since the epoch, ascending, and values."""

    at_ms: NDArray[np.int64]
    values: NDArray[np.float64]

    @classmethod
    def of(cls, at_ms: NDArray[np.int64], values: NDArray[np.float64]) -> "Piece":
        """Return a read-only copy: a view would hold the samples of all chunks decoded with this one."""
        piece = cls(at_ms.copy(), values.copy())
        piece.at_ms.setflags(write=False)
        piece.values.setflags(write=False)
        return piece


class ChunkCache:
    """Pieces by the key of their version, within so many bytes; thread-safe."""

    def __init__(self, capacity_bytes: int) -> None:
        self._capacity_bytes = capacity_bytes
        self._lock = threading.Lock()
        self._pieces: OrderedDict[bytes, Piece] = OrderedDict()  # used last, stands last
        self._bytes = 0

    @property
    def held_bytes(self) -> int:
        """Return what is held, in bytes."""
        return self._bytes

    def get(self, keys: Iterable[bytes]) -> dict[bytes, Piece]:
        """Return those of the pieces that are held."""
        found: dict[bytes, Piece] = {}
        with self._lock:
            for key in keys:
                piece = self._pieces.get(key)
                if piece is not None:
                    self._pieces.move_to_end(key)
                    found[key] = piece
        return found

    def keep(self, pieces: Mapping[bytes, Piece]) -> None:
        """Take the pieces in, and let go of those that were not used for longest.

        What would take more than half of the room is passed over: an export of a month would drive out what
        others come back for, and not find itself there the next time.
        """
        sizes = [_size(piece) for piece in pieces.values()]
        if sum(sizes) * 2 > self._capacity_bytes:
            return
        with self._lock:
            for (key, piece), size in zip(pieces.items(), sizes, strict=True):
                if key not in self._pieces:  # another thread may have read the same
                    self._pieces[key] = piece
                    self._bytes += size
            while self._bytes > self._capacity_bytes:
                _, oldest = self._pieces.popitem(last=False)
                self._bytes -= _size(oldest)


def _size(piece: Piece) -> int:
    return ENTRY_BYTES + SAMPLE_BYTES * len(piece.at_ms)


_cache = ChunkCache(settings.CHUNK_CACHE_BYTES)


def held() -> ChunkCache:
    """Return the cache of this process."""
    return _cache


def begin_anew() -> None:
    """Forget what this process holds; a fork calls it, for another thread may have held the lock."""
    global _cache  # noqa: PLW0603 - one for each process
    _cache = ChunkCache(settings.CHUNK_CACHE_BYTES)


os.register_at_fork(after_in_child=begin_anew)
