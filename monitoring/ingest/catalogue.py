"""From samples to series: known ones by their number, new ones admitted within the limits."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from django.db import connection, transaction

from monitoring.ingest import guard, newcomers
from monitoring.ingest.accumulation import is_increment
from monitoring.ingest.series_cache import Generation, Key, Known, hash_of, key_of
from monitoring.types import ItemError, MetricType, Sample

# A series that lost its row of `latest` counts as new, and gets one.
_FIND = """
SELECT series.labels_hash, series.id, metric_names.type, latest.accumulates
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


def resolve(parts: Sequence[Part], *, generation: Generation, client: str) -> Resolved:
    """Find the series of each part, and create those that are new, within the caller's transaction.

    Refused are samples whose type contradicts the metric's, and new series beyond the limits; whatever
    is known already is always taken. `client` is kept with the series that are created.
    """
    keys = [key_of(part.sample) for part in parts]
    series = [generation.series.get(key) for key in keys]
    highest = max((known[:2] for known in series if known is not None), default=None)
    if highest is not None:
        guard.confirm(generation, highest)
    refused = {
        part.position: _contradiction(part, known.type)
        for part, known in zip(parts, series, strict=True)
        if known is not None and known.type is not part.sample.type
    }
    missing = {place: keys[place] for place, known in enumerate(series) if known is None}
    if missing:
        catalogue = _Catalogue(generation, client)
        refused |= _resolve_missing(catalogue, parts, missing, series, refused)
    return Resolved(
        [
            (part, known)
            for part, known in zip(parts, series, strict=True)
            if known is not None and part.position not in refused
        ],
        [refused[position] for position in sorted(refused)],
    )


def _resolve_missing(
    catalogue: "_Catalogue",
    parts: Sequence[Part],
    missing: Mapping[int, Key],
    series: list[Known | None],
    refused: Collection[int],
) -> dict[int, ItemError]:
    """Complete `series` at the places that are `missing`; return the samples that are refused for it."""
    known = catalogue.look_up(set(missing.values()))
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
        {position: keys for position, keys in wished.items() if position not in barred},
        client=catalogue.client,
    )
    if admitted:
        adding = {key for place, key in missing.items() if is_increment(parts[place].sample)}
        known |= catalogue.create(
            {key: types[key[0]] for key in admitted}, accumulating=adding & admitted
        )
    for place, key in missing.items():
        series[place] = known.get(key)
    return errors | beyond


def _contradiction(part: Part, kind: MetricType) -> ItemError:
    message = f"metric {part.sample.metric} is a {kind}, not a {part.sample.type}"
    return ItemError(part.position, message, "type")


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """The series in the database; what is found there is remembered once it is committed."""

    generation: Generation
    client: str

    def look_up(self, keys: Collection[Key]) -> dict[Key, Known]:
        """Return those series that the database knows."""
        key_by_hash = {hash_of(key): key for key in keys}
        with connection.cursor() as cursor:
            cursor.execute(_FIND, [list(key_by_hash)])
            found = {
                key_by_hash[labels_hash]: Known(series_id, labels_hash, MetricType(kind), adds)
                for labels_hash, series_id, kind, adds in cursor.fetchall()
            }
        if found:
            transaction.on_commit(partial(self.generation.series.remember, found))
        return found

    def create(
        self, types: Mapping[Key, MetricType], *, accumulating: Collection[Key]
    ) -> dict[Key, Known]:
        """Return new series, those among them that get increments as accumulating."""
        newcomers.create(types, accumulating=accumulating, client=self.client)
        return self.look_up(types)
