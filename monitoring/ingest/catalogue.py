"""From samples to series: known ones by their number, new ones admitted within the limits."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from django.db import connection, transaction

from monitoring.ingest import newcomers
from monitoring.ingest.series_cache import CACHE, Key, Known, hash_of, key_of
from monitoring.types import ItemError, MetricType, Sample

# A series that lost its row of `latest` counts as new, and gets one.
_FIND = """
SELECT series.labels_hash, series.id, metric_names.type
FROM series
JOIN metric_names ON metric_names.name = series.metric
JOIN latest ON latest.series_id = series.id
WHERE series.labels_hash = ANY(%s)
"""


class Part(NamedTuple):
    """One value to store and the position of the sample that it came from: an observation has many."""

    position: int
    sample: Sample


@dataclass(frozen=True, slots=True)
class Resolved:
    """Parts with their series; samples refused as a whole if one of their parts was, by position."""

    parts: list[tuple[Part, Known]]
    rejected: list[ItemError]


def resolve(parts: Sequence[Part]) -> Resolved:
    """Find the series of each part, and create those that are new, within the caller's transaction.

    Refused are samples whose type contradicts the metric's, and new series beyond the limits; whatever
    is known already is always taken.
    """
    keys = [key_of(part.sample) for part in parts]
    series = [CACHE.get(key) for key in keys]
    refused = {
        part.position: _contradiction(part, known.type)
        for part, known in zip(parts, series, strict=True)
        if known is not None and known.type is not part.sample.type
    }
    missing = {place: keys[place] for place, known in enumerate(series) if known is None}
    if missing:
        refused |= _resolve_missing(parts, missing, series, refused)
    return Resolved(
        [
            (part, known)
            for part, known in zip(parts, series, strict=True)
            if known is not None and part.position not in refused
        ],
        [refused[position] for position in sorted(refused)],
    )


def _resolve_missing(
    parts: Sequence[Part],
    missing: Mapping[int, Key],
    series: list[Known | None],
    refused: Collection[int],
) -> dict[int, ItemError]:
    """Complete `series` at the places that are `missing`; return the samples that are refused for it."""
    known = _look_up(set(missing.values()))
    types = newcomers.types_of(
        parts[place].sample for place, key in missing.items() if key not in known
    )
    errors: dict[int, ItemError] = {}
    wished: dict[int, list[Key]] = defaultdict(list)
    for place, key in missing.items():
        part, found = parts[place], known.get(key)
        kind = types[part.sample.metric] if found is None else found.type
        if kind is not part.sample.type:
            errors[part.position] = _contradiction(part, kind)
        elif found is None:
            wished[part.position].append(key)
    barred = {*refused, *errors}
    admitted, beyond = newcomers.within_limits(
        {position: keys for position, keys in wished.items() if position not in barred}
    )
    if admitted:
        newcomers.create({key: types[key[0]] for key in admitted})
        known |= _look_up(admitted)
    for place, key in missing.items():
        series[place] = known.get(key)
    return errors | beyond


def _contradiction(part: Part, kind: MetricType) -> ItemError:
    message = f"metric {part.sample.metric} is a {kind}, not a {part.sample.type}"
    return ItemError(part.position, message, "type")


def _look_up(keys: Collection[Key]) -> dict[Key, Known]:
    """Return those series that the database knows, and remember them once they are committed."""
    key_by_hash = {hash_of(key): key for key in keys}
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [list(key_by_hash)])
        found = {
            key_by_hash[labels_hash]: Known(series_id, labels_hash, MetricType(kind))
            for labels_hash, series_id, kind in cursor.fetchall()
        }
    if found:
        transaction.on_commit(partial(CACHE.remember, found))
    return found
