"""New series: their metric's type, the limits, their rows. Rare, so plain and exact rather than fast."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from monitoring.cardinality.limits import room_for
from monitoring.ingest import tally
from monitoring.ingest.attempts import RivalWonError
from monitoring.ingest.series_cache import Key, hash_of
from monitoring.models import Latest, Metric, Series
from monitoring.names import spec_of
from monitoring.storage.instants import EPOCH
from monitoring.types import ItemError, MetricType, Sample

_BATCH = 1_000
_LONGEST_CLIENT = 255


def types_of(samples: Iterable[Sample]) -> dict[str, MetricType]:
    """Return the type of each metric: as stored, as catalogued, or as its first sample says."""
    first: dict[str, MetricType] = {}
    for sample in samples:
        first.setdefault(sample.metric, sample.type)
    types = {name: _catalogued(name, kind) for name, kind in first.items()}
    return types | _stored_types(first)


def within_limits(
    newcomers: Mapping[int, Sequence[Key]], *, client: str
) -> tuple[set[Key], dict[int, ItemError]]:
    """Return the series that may be created, and an error for each sample that goes beyond a limit.

    `newcomers` holds the new series of each sample by its position, `client` is who sent them. The
    limits are counted before the batch, so rivals that commit at the same time may together exceed them
    by what they bring; a limit that is exact would make all writers of new series wait for one another.
    """
    admitted: set[Key] = set()
    refused: dict[int, ItemError] = {}
    if not newcomers:
        return admitted, refused
    room = room_for(
        {service for keys in newcomers.values() for _, service, _ in keys}, client=client
    )
    beyond: Counter[str] = Counter()
    for position, keys in sorted(newcomers.items()):
        new = set(keys) - admitted
        refusal = room.take(keys[0][1], len(new))
        if refusal is None:
            admitted |= new
        else:
            refused[position] = ItemError(position, refusal.message, "labels")
            beyond[refusal.limit] += len(new)
    for limit, number in beyond.items():
        tally.count(tally.SERIES_REFUSED, {"limit": limit}, number)
    return admitted, refused


def create(types: Mapping[Key, MetricType], *, accumulating: Collection[Key], client: str) -> None:
    """Insert series with the type of their metric, and a newest value of 0 at the epoch for each.

    An increment replaces it in the same transaction, a plain value when it is sealed. Rows go in sorted
    order, for two writers with the same newcomers must not wait in a circle; whoever is second waits,
    and finds them there. `client` is who sent their first samples. Raises RivalWonError if a rival gave
    one of the metrics another type meanwhile.
    """
    _create_metrics({key[0]: kind for key, kind in types.items()})
    rows = [
        Series(
            metric_id=metric,
            service=service,
            labels=dict(labels),
            labels_hash=hash_of(key),
            client=client[:_LONGEST_CLIENT],
        )
        for key in types
        for metric, service, labels in [key]
    ]
    rows.sort(key=lambda row: row.labels_hash)
    Series.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)
    hashes = [row.labels_hash for row in rows]
    ids = (
        Series.objects.filter(labels_hash__in=hashes)
        .order_by("id")
        .values_list("id", "labels_hash")
    )
    totals = {hash_of(key) for key in accumulating}
    newest = [
        Latest(series_id=series_id, at=EPOCH, value=0.0, accumulates=labels_hash in totals)
        for series_id, labels_hash in ids
    ]
    Latest.objects.bulk_create(newest, batch_size=_BATCH, ignore_conflicts=True)


def _catalogued(name: str, otherwise: MetricType) -> MetricType:
    spec = spec_of(name)
    return otherwise if spec is None else spec.type


def _stored_types(names: Collection[str]) -> dict[str, MetricType]:
    if not names:
        return {}
    rows = Metric.objects.filter(name__in=names).values_list("name", "type")
    return {name: MetricType(kind) for name, kind in rows}


def _create_metrics(types: Mapping[str, MetricType]) -> None:
    stored = _stored_types(types.keys())
    missing = sorted(types.keys() - stored.keys())
    if missing:
        rows = [_metric(name, types[name]) for name in missing]
        Metric.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)
        stored |= _stored_types(missing)
    if any(stored[name] is not kind for name, kind in types.items()):
        raise RivalWonError


def _metric(name: str, kind: MetricType) -> Metric:
    spec = spec_of(name)
    if spec is None:
        return Metric(name=name, type=kind)
    return Metric(name=name, type=kind, unit=spec.unit, help=spec.help, labels=list(spec.labels))
