"""Lines that break the grammar: named by number, while the good ones beside them are kept."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.ingest.fields import RefusedError
from monitoring.ingest.formats.line_protocol import parse
from monitoring.ingest.formats.parsed import Parsed
from monitoring.types import MetricType
from tests.monitoring.ingest.formats.encoding import sender

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


def read(body: bytes, **about: object) -> Parsed:
    return parse(body, sender(**about), precision="ms", at=NOW, most_samples=1_000)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"cpu", "no field"),
        (b"cpu ", "no field"),
        (b"cpu,host=a", "no field"),
        (b"cpu v", "not a number"),
        (b"cpu v=", "not a number"),
        (b"cpu v=1,", "not a number"),
        (b"cpu v=1,,w=2", "not a number"),
        (b"cpu v=1=2", "not a number"),
        (b"cpu v=text", "not a number"),
        (b"cpu v=1_0", "not a number"),
        (b"cpu v=nan", "not a number"),
        (b"cpu v=1e999", "too large"),
        (b"cpu v=1 x", "timestamp"),
        (b"cpu v=1 1.5", "timestamp"),
        (b"cpu v=1 99999999999999999999", "timestamp"),
        (b"cpu v=1 5 6", "timestamp"),
        (b'cpu v="a"b', "timestamp"),
        (b'cpu v=a"b"', "timestamp"),
        (b'cpu "v"="x" 5 6', "timestamp"),
        (b"cpu  v", "a field is"),
    ],
)
def test_a_broken_line_is_named_and_the_others_are_kept(line: bytes, why: str) -> None:
    parsed = read(b"a v=1 1\n" + line + b"\nb v=2,w=3 2\n")

    (error,) = parsed.errors
    assert error.index == 2
    assert why in error.message
    assert parsed.wire.values.tolist() == [1.0, 2.0, 3.0]
    assert list(parsed.items) == [1, 3, 3]


def test_a_quote_that_nobody_closes_ends_with_the_body() -> None:
    parsed = read(b'a v=1 1\ncpu v="open\nb v=2,w=3 2\n')

    assert [(error.index, parsed.wire.values.tolist()) for error in parsed.errors] == [(2, [1.0])]


def test_a_line_falls_as_a_whole() -> None:
    parsed = read(b"a v=1,w=x,u=2 1\nb v=3 2")

    assert parsed.wire.values.tolist() == [3.0]
    assert [error.index for error in parsed.errors] == [1]


def test_a_line_with_two_faults_is_named_once() -> None:
    parsed = read(b"a v=x,w=y z\nb v=3 2")

    assert [(error.index, error.field) for error in parsed.errors] == [(1, "timestamp")]
    assert parsed.wire.values.tolist() == [3.0]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b",host=a v=1", "line"),
        (b"cpu,host v=1", "line"),
        (b"cpu,host= v=1", "line"),
        (b"cpu,=a v=1", "line"),
        (b"cpu,, v=1", "line"),
        (b"cpu =1", "line"),
        (b"cpu,host=\xff v=1", "line"),
        (b"cpu \xff=1", "line"),
        (b"cpu,host=" + b"x" * 257 + b" v=1", "labels"),
        (b"x" * 300 + b" v=1", "metric_name"),
    ],
)
def test_names_are_judged_when_their_series_is_asked_for(line: bytes, field: str) -> None:
    parsed = read(line)

    with pytest.raises(RefusedError) as caught:
        parsed.wire.describe(0)

    assert caught.value.field == field


def test_a_metric_keeps_the_type_that_it_has() -> None:
    parsed = read(b"sold value=3", types={"sold": MetricType.COUNTER})

    assert parsed.wire.describe(0).type is MetricType.COUNTER


def test_many_open_quotes_take_no_longer_than_many_lines() -> None:
    body = b'a t="x\n' * 20_000

    assert len(read(body).errors) < 20_000


@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(st.sampled_from('ab,= \\"\n\r\t#1.-eitu'), max_size=80).map(str.encode),
    )
)
def test_any_bytes_are_read_or_refused_line_by_line(body: bytes) -> None:
    parsed = read(body)

    assert len(parsed.wire.keys) == len(parsed.wire.at_ms) == len(parsed.wire.values)
    lines = body.count(b"\n") + 1
    assert all(1 <= error.index <= lines for error in parsed.errors)
    assert not {error.index for error in parsed.errors} & {int(line) for line in parsed.items}
    for position in range(len(parsed.wire)):
        try:
            parsed.wire.describe(position)
        except RefusedError:
            continue
