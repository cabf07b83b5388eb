"""The samples that are not sealed yet, as this process knows them: a few sorted blocks, brought up to date
by one statement at each look.

A segment is fetched and decoded once. What is known stays valid when it is sealed: the chunks then hold the
same, and a reader removes what it finds twice. Only a seal of segments that this process never saw makes it
begin anew (see Snapshot.missed).
"""

import itertools
import os
import threading
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray

from monitoring.storage import segments, waiting
from monitoring.storage.blocks import SAMPLE_BYTES, Block, block_of, compacted
from monitoring.storage.newest_table import NewestTable
from monitoring.storage.segments import Found
from monitoring.storage.waiting import Look

_generations = (
    itertools.count()
)  # of what is remembered about the catalogue; never the same one twice


@dataclass(frozen=True, slots=True)
class View:
    """The unsealed samples at one instant.

    `blocks` holds none if the samples do not fit into memory: then `is_complete` is false and a reader has
    to look for segments itself. `catalogue` changes whenever series were added or removed; None means
    that what the catalogue shows now may be taken back and must not be remembered.
    """

    source: "Unsealed"
    blocks: tuple[Block, ...]
    is_complete: bool
    catalogue: tuple[Hashable, ...] | None

    def newest_of(self, ids: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return instants in ms and values as NewestTable.of does; they may be newer than the view."""
        return self.source.newest_of(ids)


class Unsealed:
    """Keeps what it has seen, and asks only for what is new. May be used by several threads at once."""

    def __init__(self, capacity_bytes: int, *, is_private: bool = False) -> None:
        self._capacity_bytes = capacity_bytes
        self._is_private = is_private
        self._lock = threading.Lock()
        self._last: Look | None = None
        self._blocks: tuple[Block, ...] = ()
        self._is_complete = True
        self._newest: NewestTable | None = None
        self._known = np.zeros(0, bool)  # which series numbers the catalogue is known to hold
        self._generation = next(_generations)

    def view(self, *, with_newest: bool = False) -> View:
        """Return what is not sealed now, as the caller's transaction sees it.

        Ask `with_newest` if `newest_of` will be asked.
        """
        connection.ensure_connection()  # whoever waits for one here must not hold the lock meanwhile
        with self._lock:
            look = self._refresh(with_newest)
            if self._is_private or not look.is_private:
                return View(self, self._blocks, self._is_complete, self._catalogue(look))
        return Unsealed(self._capacity_bytes, is_private=True).view(with_newest=with_newest)

    def newest_of(self, ids: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the newest samples of the last view that was asked for `with_newest`."""
        with self._lock:
            return (self._newest or NewestTable()).of(ids)

    def _catalogue(self, look: Look) -> tuple[Hashable, ...] | None:
        if look.is_private:
            return None
        return look.source, look.highest_series, self._generation

    def _refresh(self, with_newest: bool) -> Look:  # noqa: FBT001 - handed on from view
        last = self._last
        if last is None or (with_newest and self._newest is None):
            return self._begin(with_newest=with_newest)
        look = waiting.look_since(last.snapshot)
        if look.is_private:
            return look
        # An older snapshot belongs to a transaction that looked before: all that it may see is known.
        if look.source == last.source and look.snapshot.end < last.snapshot.end:
            return look
        is_lost = look.source != last.source or last.snapshot.missed(look.sealed, look.snapshot)
        if is_lost or not self._take(look):
            return self._begin(with_newest=with_newest)
        if look.sealed != last.sealed:
            self._let_go_of_sealed()
        return look

    def _begin(self, *, with_newest: bool) -> Look:
        """Forget everything and look at all there is.

        If the database goes away halfway, the newest values stay as they were: another thread may still ask the
        view that it was given, and half of them would look like none.
        """
        before = self._newest
        try:
            return self._look_at_all(with_newest=with_newest or before is not None)
        except BaseException:
            self._last, self._newest = None, before
            raise

    def _look_at_all(self, *, with_newest: bool) -> Look:
        while (
            True
        ):  # once more only if a seal was committed within the milliseconds of the last try
            look = waiting.look_at_all(with_latest=with_newest)
            if look.is_private and not self._is_private:
                return look
            self._last, self._blocks = None, ()
            self._is_complete = self._fits(sum(segment.samples for segment in look.segments))
            self._newest = NewestTable() if with_newest else None
            if self._newest is not None:
                self._newest.load(look.latest)
            self._known = np.zeros(look.highest_series + 1, bool)
            self._known[look.series] = True
            self._generation = next(_generations)
            if self._take(look):
                return look

    def _take(self, look: Look) -> bool:
        """Fetch the new segments; return whether none of them was sealed between the two statements.

        That is no loss for a reader of samples, who reads the chunks afterwards, but `latest` was read
        before the seal moved it.
        """
        for portion in segments.portions(look.segments):
            if not self._take_portion(portion) and self._newest is not None:
                return False
        self._last = look
        return True

    def _take_portion(self, portion: Sequence[Found]) -> bool:
        loaded = segments.load(portion)
        sound = [(number, columns) for number, columns in loaded.items() if columns is not None]
        if sound:
            block = block_of(sound)
            self._note_series(block.index.ids)
            if self._newest is not None:
                self._newest.merge(block)
            if self._is_complete:
                self._keep(block)
        return len(loaded) == len(portion)

    def _keep(self, block: Block) -> None:
        blocks = compacted([*self._blocks, block])
        self._is_complete = sum(each.nbytes for each in blocks) <= self._capacity_bytes
        self._blocks = blocks if self._is_complete else ()

    def _let_go_of_sealed(self) -> None:
        """Drop blocks of which every segment is sealed; if all others now fit into memory, take them in."""
        remaining, samples = waiting.remaining()
        if self._is_complete:
            self._blocks = tuple(
                block for block in self._blocks if not block.merged.isdisjoint(remaining)
            )
        elif self._fits(samples):
            self._last = None  # the next look begins anew

    def _fits(self, samples: int) -> bool:
        return samples * SAMPLE_BYTES <= self._capacity_bytes

    def _note_series(self, ids: NDArray[np.int32]) -> None:
        """Notice series of which no catalogue that was remembered can know: they were committed late."""
        if ids[-1] >= len(self._known):
            more = max(int(ids[-1]) + 1 - len(self._known), len(self._known) // 4)
            self._known = np.append(self._known, np.zeros(more, bool))
        if not self._known[ids].all():
            self._known[ids] = True
            self._generation = next(_generations)


_unsealed = Unsealed(settings.SEGMENT_CACHE_BYTES)


def view(*, with_newest: bool = False) -> View:
    """Return what is not sealed now, as the caller's transaction sees it (see Unsealed.view)."""
    return _unsealed.view(with_newest=with_newest)


def begin_anew() -> None:
    """Forget what this process knows; a fork calls it, for another thread may have held the lock."""
    global _unsealed  # noqa: PLW0603 - one for each process
    _unsealed = Unsealed(settings.SEGMENT_CACHE_BYTES)


os.register_at_fork(after_in_child=begin_anew)
