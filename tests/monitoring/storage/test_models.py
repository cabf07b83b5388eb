"""What the rows of the kernel call themselves."""

from tests.monitoring.factories import (
    IngestRequestFactory,
    LatestFactory,
    MetricFactory,
    SegmentFactory,
    SeriesFactory,
)


def test_rows_say_what_they_are() -> None:
    series = SeriesFactory.build(labels={"b": "2", "a": "1"}, service="auth-service")

    assert str(series) == 'system_cpu_usage_percent{a="1",b="2"} of auth-service'
    assert str(MetricFactory.build()) == "system_cpu_usage_percent"
    assert str(LatestFactory.build(value=45.2)) == "45.2 at 2025-01-12 12:00:00"
    assert str(SegmentFactory.build(id=7)) == "segment 7: 1 samples"
    assert str(IngestRequestFactory.build(client="auth-service", key="k")) == "auth-service k"
