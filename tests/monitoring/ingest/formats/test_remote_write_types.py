"""Types of scraped metrics: what is known first, then what the request says, then the name."""

import pytest

from monitoring.ingest.fields import RefusedError
from monitoring.ingest.formats import remote_write
from monitoring.ingest.formats.metadata import buckets_in
from monitoring.ingest.formats.remote_write import parse
from monitoring.types import MetricType, Sample, Temporality
from tests.monitoring.ingest.formats.encoding import metadata, named, sender, series

COUNTER, GAUGE, HISTOGRAM, SUMMARY = (
    MetricType.COUNTER,
    MetricType.GAUGE,
    MetricType.HISTOGRAM,
    MetricType.SUMMARY,
)


def described(
    labels: dict[str, str], *more: bytes, types: dict[str, MetricType] | None = None
) -> Sample:
    data = series(labels, (1.0, 1_790_000_000_000)) + b"".join(more)
    return parse(data, sender(types=types), most_samples=10).wire.describe(0)


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (named("up"), GAUGE),
        (named("http_requests_total"), COUNTER),
        (named("rpc_duration_count"), COUNTER),
        (named("rpc_duration_sum"), COUNTER),
        (named("rpc_duration_bucket", le="0.5"), HISTOGRAM),
        (named("rain_bucket"), GAUGE),
        (named("rpc_duration", quantile="0.5"), GAUGE),
        (named("totally"), GAUGE),
    ],
)
def test_a_name_tells_the_type_where_nothing_else_does(
    labels: dict[str, str], kind: MetricType
) -> None:
    sample = described(labels)

    assert (sample.type, sample.temporality) == (kind, Temporality.CUMULATIVE)


@pytest.mark.parametrize(
    ("number", "family", "labels", "kind"),
    [
        (1, "odd", named("odd"), COUNTER),
        (2, "fake_total", named("fake_total"), GAUGE),
        (3, "rpc", named("rpc_bucket", le="1"), HISTOGRAM),
        (3, "rpc", named("rpc_sum"), HISTOGRAM),
        (3, "rpc", named("rpc_count"), HISTOGRAM),
        (3, "rpc", named("rpc"), GAUGE),
        (4, "rpc", named("rpc_bucket", le="1"), HISTOGRAM),
        (5, "rpc", named("rpc", quantile="0.9"), SUMMARY),
        (5, "rpc", named("rpc_count"), SUMMARY),
        (5, "rpc", named("rpc_bucket", le="1"), SUMMARY),
        (6, "build_info", named("build_info"), GAUGE),
        (7, "state", named("state"), GAUGE),
        (0, "odd", named("odd"), GAUGE),
        (9, "odd", named("odd"), GAUGE),
        (1, "rpc", named("rpc_count"), COUNTER),
        (2, "rpc", named("rpc_sum"), COUNTER),
    ],
)
def test_metadata_of_the_request_count_more_than_the_name(
    number: int, family: str, labels: dict[str, str], kind: MetricType
) -> None:
    assert described(labels, metadata(number, family)).type is kind


def test_a_type_that_is_known_counts_more_than_all_else() -> None:
    sample = described(named("odd_total"), metadata(1, "odd_total"), types={"odd_total": GAUGE})

    assert sample.type is GAUGE


@pytest.mark.parametrize("ending", ["_sum", "_count"])
def test_sum_and_count_of_buckets_in_the_request_are_parts_of_a_histogram(ending: str) -> None:
    buckets = series(named("rpc_bucket", le="1"), (1.0, 5))

    assert described(named("rpc" + ending), buckets).type is HISTOGRAM
    assert described(named("rp" + ending), buckets).type is COUNTER
    assert described(named("rpc" + ending), types={"rpc_bucket": HISTOGRAM}).type is HISTOGRAM
    assert described(named("rpc" + ending), types={"rpc_bucket": GAUGE}).type is COUNTER


@pytest.mark.parametrize("length", [1, 6, 8, 9, 10, 11, 24, 25, 26, 27, 119, 120])
def test_buckets_are_found_by_names_of_each_length(length: int) -> None:
    name = "x" * length
    buckets = series(named(f"{name}_bucket", le="1"), (1.0, 5))

    assert described(named(f"{name}_sum"), buckets).type is HISTOGRAM
    assert described(named(f"{name}x_sum"), buckets).type is COUNTER


def test_buckets_are_looked_for_once_in_a_request_however_many_sums_it_brings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searches: list[int] = []

    def search(data: bytes) -> frozenset[bytes]:
        searches.append(len(data))
        return buckets_in(data)

    monkeypatch.setattr(remote_write, "buckets_in", search)
    data = b"".join(series(named(f"x{number}_sum"), (1.0, 5)) for number in range(9))

    parsed = parse(data, sender(), most_samples=9)

    assert {parsed.wire.describe(position).type for position in range(9)} == {COUNTER}
    assert searches == [len(data)]


@pytest.mark.parametrize(("written", "kept"), [("0.50", "0.5"), ("1e1", "10"), ("+Inf", "+Inf")])
def test_a_bound_has_one_spelling(written: str, kept: str) -> None:
    assert described(named("rpc_bucket", le=written)).labels == {"le": kept}


@pytest.mark.parametrize(
    "labels",
    [
        named("rpc_bucket", le="many"),
        named("rpc", le="many"),
        named("rpc_sum", le="1"),
        named("rpc"),
    ],
)
def test_what_is_no_part_of_a_stored_histogram_is_refused(labels: dict[str, str]) -> None:
    with pytest.raises(RefusedError):
        described(labels, types={labels["__name__"]: HISTOGRAM})
