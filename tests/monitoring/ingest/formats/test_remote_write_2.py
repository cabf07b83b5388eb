"""Remote write 2.0: another encoding of what 1.0 says, with types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import PayloadTooLargeError
from monitoring.ingest.fields import RefusedError
from monitoring.ingest.formats.malformed import MalformedBodyError
from monitoring.ingest.formats.remote_write import parse, parse_2
from monitoring.types import MetricType
from tests.monitoring.ingest.formats.encoding import (
    message,
    named,
    request_2,
    sample,
    sender,
    series,
)

AT = 1_790_000_000_000
UP = named("up", job="node")
SYMBOLS = b"".join(message(4, text) for text in (b"", b"__name__", b"up"))
GOOD = request_2((UP, [(1.5, AT)], 2), (named("jobs", job="node"), [(2, AT), (0, 5)], 1))

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
many_series = st.lists(
    st.tuples(
        st.dictionaries(texts, texts, max_size=4),
        st.lists(st.tuples(st.floats(-1e18, 1e18), st.integers(-(2**63), 2**63 - 1)), max_size=3),
    ),
    max_size=6,
)


@given(many_series)
def test_both_versions_mean_the_same(
    written: list[tuple[dict[str, str], list[tuple[float, int]]]],
) -> None:
    first = parse(
        b"".join(series(labels, *each) for labels, each in written), sender(), most_samples=99
    )
    second = parse_2(
        request_2(*((labels, each, 0) for labels, each in written)), sender(), most_samples=99
    )

    assert second.wire.keys == first.wire.keys
    assert second.wire.at_ms.tolist() == first.wire.at_ms.tolist()
    assert second.wire.values.tolist() == first.wire.values.tolist()


@pytest.mark.parametrize(
    ("metric", "number", "kind"),
    [
        ("jobs", 1, MetricType.COUNTER),
        ("jobs_total", 2, MetricType.GAUGE),
        ("rpc_bucket", 3, MetricType.HISTOGRAM),
        ("rpc_sum", 3, MetricType.HISTOGRAM),
        ("rpc_sum", 5, MetricType.SUMMARY),
        ("jobs_total", 0, MetricType.COUNTER),
    ],
)
def test_the_type_is_that_of_the_series(metric: str, number: int, kind: MetricType) -> None:
    labels = named(metric, le="1") if metric.endswith("bucket") else named(metric)

    parsed = parse_2(request_2((labels, [(1, AT)], number)), sender(), most_samples=1)

    assert parsed.wire.describe(0).type is kind


def test_sum_and_count_of_buckets_are_parts_of_a_histogram_here_too() -> None:
    data = request_2((named("rpc_sum"), [(1, AT)], 0), (named("rpc_bucket", le="1"), [(1, AT)], 0))

    assert parse_2(data, sender(), most_samples=2).wire.describe(0).type is MetricType.HISTOGRAM


def test_references_may_come_one_by_one_and_before_their_symbols() -> None:
    unpacked = message(5, b"\x08\x01" + b"\x08\x02" + sample(3, AT))

    parsed = parse_2(unpacked + SYMBOLS, sender(), most_samples=1)

    assert parsed.wire.describe(0).metric == "up"


def test_native_histograms_and_exemplars_are_counted() -> None:
    data = SYMBOLS + message(5, message(1, b"\x01\x02") + message(3, b"") + message(4, b"") * 2)

    parsed = parse_2(data, sender(), most_samples=1)

    assert parsed.skipped == {"native_histogram": 1, "exemplar": 2}


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (SYMBOLS + message(5, message(1, b"\x01") + sample(1, AT)), "a name without a value"),
        (SYMBOLS + message(5, message(1, b"\x01\x03") + sample(1, AT)), "symbol that is not there"),
        (SYMBOLS + message(5, message(1, b"\x01\x80") + sample(1, AT)), "end within a number"),
        (b"\x20\x01", "field 4 has wire type 0"),
        (b"\x28\x01", "field 5 has wire type 0"),
        (message(5, b"\x10\x01"), "field 2 has wire type 0"),
        (message(5, b"\x28\x01"), "field 5 has wire type 0"),
        (message(5, message(5, b"\x0a\x00")), "field 1 has wire type 2"),
        (message(5, b"\x0d\0\0\0\0"), "field 1 has wire type 5"),
    ],
)
def test_what_breaks_the_format_is_named(data: bytes, what: str) -> None:
    with pytest.raises(MalformedBodyError, match=what):
        parse_2(data, sender(), most_samples=10)


def test_a_request_has_at_most_so_many_samples() -> None:
    assert len(parse_2(GOOD, sender(), most_samples=3).wire) == 3
    with pytest.raises(PayloadTooLargeError):
        parse_2(GOOD, sender(), most_samples=2)


@given(st.data())
def test_any_bytes_are_read_or_refused(data: st.DataObject) -> None:
    mutated = bytearray(GOOD)
    for _ in range(data.draw(st.integers(0, 4))):
        mutated[data.draw(st.integers(0, len(GOOD) - 1))] = data.draw(st.integers(0, 255))
    body = bytes(mutated) if data.draw(st.booleans()) else data.draw(st.binary(max_size=150))

    try:
        parsed = parse_2(body, sender(), most_samples=1_000)
    except MalformedBodyError:
        return
    for position in range(len(parsed.wire)):
        try:
            parsed.wire.describe(position)
        except RefusedError:
            continue
