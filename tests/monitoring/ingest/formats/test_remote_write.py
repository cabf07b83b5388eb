"""Remote write: what a sender encodes comes out again, whatever its series look like."""

import math
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import PayloadTooLargeError
from monitoring.ingest.fields import RefusedError
from monitoring.ingest.formats import label_sets
from monitoring.ingest.formats.parsed import Parsed
from monitoring.ingest.formats.remote_write import parse
from monitoring.types import MetricType, Sample, Temporality
from tests.monitoring.ingest.formats import encoding
from tests.monitoring.ingest.formats.encoding import label, message, named, sample, sender, series

AT = 1_790_000_000_000
LABELS = {"__name__": "up", "instance": "a:9090", "job": "node"}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
instants = st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(AT, AT + 10**6), st.just(0))
values = st.one_of(st.just(0.0), st.floats(-1e18, 1e18, allow_nan=False))
label_maps = st.dictionaries(texts.filter(bool), texts, max_size=6)
many_series = st.lists(
    st.tuples(label_maps, st.lists(st.tuples(values, instants), max_size=3)), max_size=8
)


def read(*parts: bytes, most_samples: int = 1_000, **about: object) -> Parsed:
    return parse(b"".join(parts), sender(**about), most_samples=most_samples)  # type: ignore[arg-type]


def only(parsed: Parsed) -> Sample:
    assert len(parsed.wire) == 1
    return parsed.wire.describe(0)


@given(written=many_series, again=st.booleans())
def test_what_is_encoded_is_what_is_read(
    *, written: list[tuple[dict[str, str], list[tuple[float, int]]]], again: bool
) -> None:
    data = b"".join(series(labels, *samples) for labels, samples in written)
    if again:
        read(data)

    parsed = read(data)

    flat = [(labels, value, at) for labels, each in written for value, at in each]
    assert parsed.wire.at_ms.tolist() == [at for _, _, at in flat]
    assert parsed.wire.values.tolist() == [value for _, value, _ in flat]
    runs = [key[0] for key in parsed.wire.keys]  # type: ignore[index]
    assert [label_sets.labels_in(run) for run in runs] == [labels for labels, _, _ in flat]
    assert list(parsed.items) == list(range(len(flat)))
    assert not parsed.skipped


def test_a_sample_is_described_in_full() -> None:
    described = only(read(series({**LABELS, "empty": ""}, (1.5, AT))))

    assert described == Sample(
        metric="up",
        service="node",
        value=1.5,
        at=datetime.fromtimestamp(AT / 1_000, UTC),
        type=MetricType.GAUGE,
        labels={"instance": "a:9090", "job": "node"},
        temporality=Temporality.CUMULATIVE,
    )


def test_equal_labels_are_one_key_in_every_request() -> None:
    first = read(series(LABELS, (1, AT)), series(LABELS, (0, AT + 1)), series(LABELS, (2, 5)))
    second = read(series(LABELS, (2, AT), (3, AT + 1)))

    assert set(first.wire.keys) == set(second.wire.keys)
    assert len(set(first.wire.keys)) == 1


def test_the_same_labels_of_another_writer_are_another_key() -> None:
    data = series(LABELS, (1, AT))

    assert read(data).wire.keys != read(data, service="payment-service").wire.keys


def test_label_bytes_that_look_like_a_sample_stay_labels() -> None:
    tail = sample(7.0, AT)
    deceiving = message(1, label("__name__", "up") + label(b"x", tail) + label(b"y", tail))
    only_labels = message(1, label("__name__", "up") + label(b"x", b"abc" + tail))

    parsed = read(deceiving, only_labels, series(LABELS, (1, AT)))

    assert parsed.wire.values.tolist() == [1.0]


def test_labels_behind_the_sample_belong_to_the_series() -> None:
    content = label("__name__", "up") + sample(3.0, AT) + label("a", "b")

    assert only(read(message(1, content))).labels == {"a": "b"}


def test_negative_zero_and_its_neighbours_keep_their_bits() -> None:
    content = label("__name__", "up") + message(2, b"\x09" + bytes(7) + b"\x80" + b"\x10\x01")

    value = read(message(1, content)).wire.values[0]

    assert (value, math.copysign(1, value)) == (0.0, -1.0)


def test_fields_of_later_versions_are_passed_over() -> None:
    later = message(9, b"new") + b"\x50\x01"
    content = message(1, later + message(1, label("__name__", "up")[2:]) + sample(2.0, AT) + later)

    parsed = read(later, content)

    assert parsed.wire.values.tolist() == [2.0]
    assert only(parsed).metric == "up"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (encoding.STALE, "stale_marker"),
        (math.nan, "nan"),
        (math.inf, "too_large"),
        (-math.inf, "too_large"),
        (1.1e18, "too_large"),
    ],
)
def test_what_the_store_cannot_hold_is_counted_and_the_rest_is_read(
    value: float, reason: str
) -> None:
    other = named("other")

    parsed = read(series(LABELS, (value, AT)), series(other, (1e18, AT)), series(other, (-1e18, 5)))

    assert parsed.skipped == Counter({reason: 1})
    assert parsed.wire.values.tolist() == [1e18, -1e18]
    assert list(parsed.items) == [1, 2]
    assert parsed.wire.describe(0).metric == "other"
    assert parsed.wire.at_ms.tolist() == [AT, 5]


def test_exemplars_and_native_histograms_are_counted() -> None:
    more = message(3, b"exemplar") + message(4, b"histogram") + message(4, b"histogram")

    parsed = read(series(LABELS, (1, AT), more=more))

    assert parsed.skipped == Counter(exemplar=1, native_histogram=2)
    assert parsed.wire.values.tolist() == [1.0]


@pytest.mark.parametrize("samples", [1, 3])
def test_a_request_has_at_most_so_many_samples(samples: int) -> None:
    parts = [series(LABELS, *[(1.0, AT + number) for number in range(samples)])] * (6 // samples)

    assert len(read(*parts, most_samples=6).wire) == 6
    with pytest.raises(PayloadTooLargeError, match="at most 5 samples"):
        read(*parts, most_samples=5)


def test_an_empty_request_holds_nothing() -> None:
    assert len(read().wire) == 0
    assert len(read(encoding.metadata(1, "http_requests")).wire) == 0


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (label("job", "node"), "metric_name"),
        (label("__name__", "a.b"), "metric_name"),
        (label("__name__", "up") + label("a", "x" * 257), "labels"),
        (label("__name__", "up") + label("a" * 65, "x"), "labels"),
        (label("__name__", "up") + label("a", "x") + label("a", "y"), "labels"),
        (label("__name__", "up") + label(b"a", b"\xff"), "labels"),
        (label("__name__", "up") + label("a", "\0"), "labels"),
        (label("__name__", "up") + label("le", "1") + label("job", "\n"), "service_name"),
        (b"".join(label(f"a{number}", "x") for number in range(34)), "metric_name"),
        (
            label("__name__", "u") + b"".join(label(f"a{number}", "x") for number in range(33)),
            "labels",
        ),
    ],
)
def test_a_sample_beyond_a_limit_is_refused_when_it_is_asked_for(
    content: bytes, field: str
) -> None:
    parsed = read(message(1, content + sample(1.0, AT)), series(LABELS, (2.0, AT)))

    with pytest.raises(RefusedError) as caught:
        parsed.wire.describe(0)

    assert caught.value.field == field
    assert parsed.wire.describe(1).value == 2.0


def test_an_instant_that_no_calendar_has_is_refused() -> None:
    parsed = read(series(LABELS, (1.0, 2**62)))

    with pytest.raises(RefusedError, match="no instant"):
        parsed.wire.describe(0)
