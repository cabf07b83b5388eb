"""Chunks in memory, merged and cut as a seal does it in the database; each promise of theirs is checked."""

import numpy as np

from monitoring.storage import merging
from monitoring.storage.merging import DAY_MS, Chunks, Spans
from monitoring.storage.order import StoredSamples


class Store:
    """Chunks as a table would hold them."""

    def __init__(self) -> None:
        self.chunks: dict[tuple[int, int], StoredSamples] = {}

    def touched(self, new: StoredSamples) -> Spans:
        """Return what `plan` asks for: from the chunk at or before the first sample of a day on."""
        rows = []
        for place in merging.series_days(new).tolist():
            series, at_ms = int(new.series[place]), int(new.at_ms[place])
            day = at_ms // DAY_MS
            mine = sorted(
                key for key in self.chunks if key[0] == series and key[1] // DAY_MS == day
            )
            begin = max((first for _, first in mine if first <= at_ms), default=0)
            rows += [key for key in mine if key[1] >= begin]
        held = [self.chunks[key] for key in rows]
        return Spans(
            np.array([key[0] for key in rows], np.int32),
            np.array([key[1] for key in rows], np.int64),
            np.array([each.at_ms[-1] for each in held], np.int64),
            np.array([len(each.at_ms) for each in held], np.int64),
        )

    def seal(self, new: StoredSamples, at_once: int) -> None:
        touched = self.touched(new)
        plan = merging.plan(new, touched)
        for part in merging.slices(plan, touched.counts, at_once):
            old = touched.at(plan.rewritten[part.rewritten])
            keys = list(zip(old.series.tolist(), old.first_ms.tolist(), strict=True))
            merged, group = merging.merge(
                new.at(part.samples),
                joined([self.chunks.pop(key) for key in keys]),
                plan.group[part.samples],
                np.repeat(plan.rewritten_group[part.rewritten], old.counts),
            )
            self.write(merging.cut(merged, group, plan.is_open))

    def write(self, chunks: Chunks) -> None:
        written = chunks.spans()
        for place, key in enumerate(
            zip(written.series.tolist(), written.first_ms.tolist(), strict=True)
        ):
            assert key not in self.chunks
            part = chunks.samples.at(slice(chunks.starts[place], chunks.starts[place + 1]))
            assert part.at_ms[-1] == written.last_ms[place]
            assert len(part.at_ms) == written.counts[place]
            self.chunks[key] = part

    def content(self) -> dict[tuple[int, int], float]:
        found: dict[tuple[int, int], float] = {}
        for part in self.chunks.values():
            for series, at_ms, value in zip(*(column.tolist() for column in part), strict=True):
                assert (series, at_ms) not in found
                found[series, at_ms] = value
        return found

    def check(self) -> None:
        """Hold what every chunk and pair of neighbours promises."""
        before = (0, 0)
        for series, first in sorted(self.chunks):
            part = self.chunks[series, first]
            assert set(part.series.tolist()) == {series}
            assert len(part.at_ms) <= merging.MAX_SAMPLES
            assert part.at_ms[0] == first
            assert part.at_ms[0] // DAY_MS == part.at_ms[-1] // DAY_MS
            assert (series, first) > before, "chunks overlap"
            before = (series, int(part.at_ms[-1]))


def joined(parts: list[StoredSamples]) -> StoredSamples:
    none = StoredSamples(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0))
    return StoredSamples(*(np.concatenate(each) for each in zip(none, *parts, strict=True)))
