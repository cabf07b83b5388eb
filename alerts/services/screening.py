"""Finds the few series that may breach among all that rules watch. Pure: numpy only.

Everything that is found is then decided upon one by one; what is not found is neither a breach nor a silence that
counts as one, so that without an open alert nothing can be said about it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.evaluation.conditions import breaches

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Pairs of rule and series that are compared at once: 40 MB of arrays.
PAIRS_AT_ONCE = 1_000_000


class Suspect(NamedTuple):
    """What one rule compares: by its number, `keys` (None: all) of `values` with a threshold, or one for each key.

    `oldest_ms` is the instant before which a newest sample is silence; a rule that `fires_on_silence` looks at it too.
    """

    number: int
    keys: Integers | None
    condition: str
    threshold: float
    thresholds: Floats | None
    oldest_ms: int
    fires_on_silence: bool


def screen(
    suspects: Sequence[Suspect], values: Floats, newest_ms: Integers
) -> dict[int, list[int]]:
    """Return the keys that may breach, by number of the rule; a key is an index of `values` and `newest_ms`.

    A key without any sample (`newest_ms` -1) is never returned. Raises ValueError for an unknown condition.
    """
    found: dict[int, list[int]] = defaultdict(list)
    alike: dict[str, list[Suspect]] = defaultdict(list)
    for suspect in suspects:
        alike[suspect.condition].append(suspect)
    for condition, group in alike.items():
        for batch in _batches(group, len(values)):
            _screen_batch(batch, condition, values, newest_ms, found)
    return found


def _batches(suspects: Sequence[Suspect], size: int) -> Iterator[Sequence[Suspect]]:
    start, pairs = 0, 0
    for end, suspect in enumerate(suspects):
        own = size if suspect.keys is None else len(suspect.keys)
        if pairs + own > PAIRS_AT_ONCE and end > start:
            yield suspects[start:end]
            start, pairs = end, 0
        pairs += own
    yield suspects[start:]


def _screen_batch(
    batch: Sequence[Suspect],
    condition: str,
    values: Floats,
    newest_ms: Integers,
    found: Mapping[int, list[int]],
) -> None:
    everything = np.arange(len(values))
    of_each = [everything if each.keys is None else each.keys for each in batch]
    lengths = np.array([len(keys) for keys in of_each], np.int64)
    keys = np.concatenate(of_each)
    newest = newest_ms[keys]
    suspicious = breaches(values[keys], condition, _thresholds(batch, lengths))
    silent = newest < np.repeat(np.array([each.oldest_ms for each in batch], np.int64), lengths)
    judged = np.repeat(np.array([each.fires_on_silence for each in batch], np.bool_), lengths)
    suspicious = np.where(silent, judged, suspicious) & (newest >= 0)
    hits = np.flatnonzero(suspicious)
    owners = np.searchsorted(np.cumsum(lengths), hits, side="right")
    for owner, key in zip(owners.tolist(), keys[hits].tolist(), strict=True):
        found[batch[owner].number].append(key)


def _thresholds(batch: Sequence[Suspect], lengths: Integers) -> Floats:
    if all(each.thresholds is None for each in batch):
        return np.repeat(np.array([each.threshold for each in batch], np.float64), lengths)
    return np.concatenate(
        [
            np.full(length, each.threshold) if each.thresholds is None else each.thresholds
            for each, length in zip(batch, lengths.tolist(), strict=True)
        ]
    )
