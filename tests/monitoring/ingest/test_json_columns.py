"""The fast reader of arrays takes nothing that the patient one refuses, and means the same by it."""

import json
from collections.abc import Hashable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.api.parsers import decode_json
from monitoring.errors import InvalidInputError
from monitoring.ingest.checks import refused_numbers
from monitoring.ingest.fields import RefusedError
from monitoring.ingest.json_columns import UnusualError, columns_of
from monitoring.ingest.validation import parse_items
from monitoring.storage.instants import to_ms
from monitoring.storage.window import Window
from monitoring.types import ItemError, Sample
from tests.monitoring.factories import NOON

WRITER = "auth-service"
GOOD = {"metric_name": "a", "service_name": "s", "value": 1.5, "labels": {"host": "h1"}}

Outcome = tuple[list[tuple[Any, ...]], list[ItemError]]


def told(sample: Sample, value: float, at_ms: int) -> tuple[Any, ...]:
    labels = sorted(sample.labels.items())
    return sample.metric, sample.service, sample.type, sample.temporality, labels, value, at_ms


def patiently(body: bytes, writer: str | None) -> Outcome | None:
    """Return what the patient parser makes of a body; None if it refuses it whole."""
    try:
        items = decode_json(body)
    except InvalidInputError:
        return None
    if not isinstance(items, list) or not items:
        return None
    samples, _, errors = parse_items(items, default_service=writer, at=NOON)
    return [told(sample, sample.value, to_ms(sample.at)) for sample in samples], errors


def fast(body: bytes, writer: str | None) -> Outcome | None:
    """Return the same of the fast one, as the door asks it; None if it leaves the body to the other."""
    columns = columns_of(body, default_service=writer, at=NOON)
    if columns is None:
        return None
    wire = columns.wire
    errors = refused_numbers(wire.values, wire.at_ms, Window.around(NOON))
    samples = []
    for position in range(len(wire)):
        try:
            sample = wire.describe(position)
        except UnusualError:
            return None
        except RefusedError as refusal:
            errors[position] = ItemError(position, str(refusal), refusal.field)
        else:
            assert position not in errors
            samples.append(told(sample, float(wire.values[position]), int(wire.at_ms[position])))
    return samples, [errors[position] for position in sorted(errors)]


def same(body: bytes, writer: str | None = WRITER) -> bool:
    """Hold the fast reader against the patient one; tell whether it decided at all."""
    quick = fast(body, writer)
    assert quick is None or quick == patiently(body, writer), body
    return quick is not None


# Few values, so that the faults meet; texts as they stand in the body, for JSON that no encoder writes.
NAMES = st.sampled_from(["a", "http_x:y", "", "1a", "ä", "payment_success_total", None, 5, True])
SERVICES = st.sampled_from(["s", "auth-service", "", "s\n", "x" * 256, None, 1])
VALUES: st.SearchStrategy[object] = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**19), 10**19),
    st.sampled_from([10**18, 10**18 + 1, -1, -0.0, "1", None, True, [], 1e18]),
)
TIMES = st.one_of(
    st.integers(-(2**70), 2**70),
    st.integers(to_ms(NOON) - 90_000_000, to_ms(NOON) + 400_000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
    st.sampled_from(
        [
            None,
            "",
            "2025-01-12T12:00:00",
            "2025-01-12T13:00:00+01:00",
            True,
            float(to_ms(NOON)),
            to_ms(NOON) + 0.5,
        ]
    ),
)
LABELS: st.SearchStrategy[object] = st.one_of(
    st.dictionaries(
        st.sampled_from(["host", "le", "__name__", "1x", "labels", "a" * 65]),
        st.sampled_from(["h", "", "é", "\x00", "x" * 257, '"labels"', 5, None, {"a": {}}, []]),
        max_size=3,
    ),
    st.sampled_from([None, [], "x", 5, {str(n): "x" for n in range(33)}, True]),
)
ITEMS = st.fixed_dictionaries(
    {},
    optional={
        "metric_name": NAMES,
        "service_name": SERVICES,
        "value": VALUES,
        "type": st.sampled_from(["gauge", "counter", "histogram", "other", None, 1]),
        "temporality": st.sampled_from(["delta", "cumulative", "x", None]),
        "labels": LABELS,
        "timestamp": TIMES,
    },
)
GOOD_ITEMS = st.builds(lambda fields: {**GOOD, **fields}, ITEMS)


@given(st.lists(GOOD_ITEMS | ITEMS, max_size=4), st.sampled_from([None, WRITER]))
def test_both_say_the_same(items: list[object], writer: str | None) -> None:
    same(json.dumps(items).encode(), writer)
    same(json.dumps(items, ensure_ascii=False).encode(), writer)


@given(
    st.sampled_from(["metric_name", "service_name", "type", "labels", "timestamp", "value"]),
    st.sampled_from(
        [
            rb'"\ud800"',
            rb'"\u0000"',
            rb'"\\u0000"',
            rb'"\ud83d\ude00"',
            b'"\xff"',
            b'"\xed\xa0\x80"',
            b"1e400",
            b"NaN",
            b"01",
            b"-0",
            b'{"a": "\\ud800"}',
            b'{"a": "\xff"}',
            b'{"a": 1e999}',
            b'{"a": "1", "a": "2"}',
            b'{"a": "' + b"x" * 20_000 + b'"}',
            b'{"a":' + b"[" * 30 + b"]" * 30 + b"}",
            b'{ "host" : "h1" }',
            b'{"ho\\u0073t": "h1"}',
            b"null",
        ]
    ),
    st.sampled_from(
        [b"", b'"labels": {"a": 1e999}, ', b'"extra": [], ', b'"l\\u0061bels": [1e999], ']
    ),
)
def test_both_say_the_same_of_what_no_encoder_writes(field: str, text: bytes, more: bytes) -> None:
    rest = json.dumps({key: value for key, value in GOOD.items() if key != field})[1:].encode()

    same(b"[{" + more + b'"' + field.encode() + b'": ' + text + b", " + rest + b"]")


@pytest.mark.parametrize(
    "body",
    [b"", b" []", b"[]", b"{}", b"[1]", b"[{}] x", b"\xef\xbb\xbf[]", b'[{"value": 1}', b"[null]"],
)
def test_what_is_no_usual_array_is_left_to_the_patient_parser(body: bytes) -> None:
    assert fast(body, WRITER) is None


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"labels": {}},
        {"labels": None},
        {"value": 5},
        {"timestamp": "2025-01-12T11:59:00Z"},
        {"timestamp": to_ms(NOON)},
        {"service_name": None},
        {"labels": {"host": "é"}},
        {"timestamp": to_ms(NOON - timedelta(hours=25))},
        {"labels": {"__name__": "x"}},
        {"type": "nonsense"},
    ],
)
def test_usual_arrays_are_read_fast(changed: dict[str, object]) -> None:
    body = json.dumps([GOOD, {**GOOD, **changed}], ensure_ascii=False).encode()

    assert same(body)


def test_equal_series_have_equal_keys_and_others_have_others() -> None:
    others = [
        {**GOOD, "value": 2, "timestamp": to_ms(NOON)},
        {**GOOD, "metric_name": "b"},
        {**GOOD, "service_name": "t"},
        {**GOOD, "labels": {"host": "h2"}},
        {**GOOD, "type": "counter"},
        {**GOOD, "type": "counter", "temporality": "cumulative"},
    ]
    columns = columns_of(json.dumps([GOOD, *others]).encode(), default_service=None, at=NOON)

    assert columns is not None
    first, again, *rest = columns.wire.keys
    assert first == again
    assert len({first, *rest}) == 6


def test_the_key_names_the_service_that_fills_in() -> None:
    body = json.dumps([{**GOOD, "service_name": None}]).encode()
    keys: list[Hashable] = []
    for writer in ("one", "two"):
        columns = columns_of(body, default_service=writer, at=NOON)
        assert columns is not None
        keys += columns.wire.keys

    assert keys[0] != keys[1]
