"""A guessed type gives way to the stored one where the number means the same."""

import pytest

from monitoring.spool.files import SpoolFiles
from monitoring.spool.fitting import fitted
from monitoring.types import MetricType, Sample, Temporality
from tests.monitoring.factories import NOON, MetricFactory
from tests.monitoring.spool.kept import put, records

GAUGE, COUNTER = MetricType.GAUGE, MetricType.COUNTER
HISTOGRAM, SUMMARY = MetricType.HISTOGRAM, MetricType.SUMMARY
TOTAL, ADDED = Temporality.CUMULATIVE, Temporality.DELTA


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "stored", "guessed", "temporality", "becomes"),
    [
        ("hits", COUNTER, GAUGE, TOTAL, COUNTER),
        ("hits", GAUGE, COUNTER, TOTAL, GAUGE),
        ("hits", SUMMARY, GAUGE, TOTAL, SUMMARY),
        ("hits", GAUGE, GAUGE, TOTAL, GAUGE),
        ("hits", None, GAUGE, TOTAL, GAUGE),
        ("hits", GAUGE, COUNTER, ADDED, COUNTER),
        ("hits", COUNTER, GAUGE, ADDED, GAUGE),
        ("hits_sum", HISTOGRAM, COUNTER, TOTAL, HISTOGRAM),
        ("hits_sum", COUNTER, HISTOGRAM, TOTAL, COUNTER),
        ("hits", HISTOGRAM, GAUGE, TOTAL, GAUGE),
    ],
)
def test_a_sample_takes_the_stored_type_where_it_fits(
    files: SpoolFiles,
    name: str,
    stored: MetricType | None,
    guessed: MetricType,
    temporality: Temporality,
    becomes: MetricType,
) -> None:
    if stored is not None:
        MetricFactory.create(name=name, type=stored)
    put(files, Sample(name, "auth-service", 1.0, NOON, guessed, {"a": "b"}, temporality))

    (series,) = fitted(records(files)[0]).series

    assert series == (name, "auth-service", becomes, temporality, {"a": "b"})
