"""Samples whose type was guessed while nobody could be asked take the type that their metric has."""

from dataclasses import replace

from monitoring.ingest.histograms import is_part
from monitoring.models import Metric
from monitoring.spool.records import KeptSeries, Record
from monitoring.types import MetricType, Temporality


def fitted(record: Record) -> Record:
    """Return the record with the stored types of its metrics where they fit.

    A level and a total are stored as the same number, so one that is sent as it stands takes the other's
    type: whoever sent it was told that it is kept. An increment means something else than a level, and an
    observation something else than its parts: those stay as they are.
    """
    names = {series.metric for series in record.series}
    types = dict(Metric.objects.filter(name__in=names).values_list("name", "type"))
    return replace(record, series=[_fitted(each, types) for each in record.series])


def _fitted(series: KeptSeries, types: dict[str, str]) -> KeptSeries:
    kind = MetricType(types.get(series.metric, series.type))
    if kind is series.type or series.temporality is not Temporality.CUMULATIVE:
        return series
    other = series._replace(type=kind)
    if kind is MetricType.HISTOGRAM and not is_part(other.sample(0, 0.0)):
        return series
    return other
