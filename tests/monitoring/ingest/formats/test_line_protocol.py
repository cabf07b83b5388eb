"""The line protocol: what a client writes is what is stored, by the whole grammar."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import PayloadTooLargeError
from monitoring.ingest.formats.line_protocol import parse
from monitoring.ingest.formats.parsed import Parsed
from monitoring.types import MetricType, Sample, Temporality
from tests.monitoring.ingest.formats.encoding import sender

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
NOW_MS = 1_772_712_000_000


def read(body: bytes | str, *, precision: str = "ms", most_samples: int = 100) -> Parsed:
    data = body.encode() if isinstance(body, str) else body
    return parse(data, sender(), precision=precision, at=NOW, most_samples=most_samples)


def samples(parsed: Parsed) -> list[Sample]:
    return [parsed.wire.describe(position) for position in range(len(parsed.wire))]


def one(body: str) -> Sample:
    (sample,) = samples(read(body))
    return sample


def test_each_number_of_a_line_is_a_sample() -> None:
    parsed = read("cpu,host=a,region=eu user=1.5,system=2i,up=t 1772712000001")

    assert samples(parsed) == [
        Sample(
            metric=f"cpu_{field}",
            service="nobody",
            value=value,
            at=datetime(2026, 3, 5, 12, 0, 0, 1_000, tzinfo=UTC),
            type=MetricType.GAUGE,
            labels={"host": "a", "region": "eu"},
            temporality=Temporality.CUMULATIVE,
        )
        for field, value in (("user", 1.5), ("system", 2.0), ("up", 1.0))
    ]
    assert parsed.wire.values.tolist() == [1.5, 2.0, 1.0]
    assert list(parsed.items) == [1, 1, 1]


def test_the_field_value_is_the_measurement_itself() -> None:
    assert one("queue.depth value=3").metric == "queue_depth"
    assert one("queue.depth values=3").metric == "queue_depth_values"


def test_a_line_without_a_timestamp_is_of_the_instant_of_receipt() -> None:
    assert read("a v=1\nb v=2 5\nc v=3").wire.at_ms.tolist() == [NOW_MS, 5, NOW_MS]


def test_blanks_before_the_fields_are_no_timestamp() -> None:
    assert read("a  v=1").wire.at_ms.tolist() == [NOW_MS]


def test_timestamps_are_nanoseconds_unless_something_else_is_said() -> None:
    assert read("a v=1 1772712000001999999", precision="").wire.at_ms.tolist() == [NOW_MS + 1]
    assert read("a v=1 1772712000", precision="s").wire.at_ms.tolist() == [NOW_MS]


@pytest.mark.parametrize(
    ("line", "service", "labels"),
    [
        ("a,service_name=x,service=y v=1", "x", {"service": "y"}),
        ("a,service=y,job=z v=1", "y", {"service": "y", "job": "z"}),
        ("a,host=h v=1", "nobody", {"host": "h"}),
    ],
)
def test_the_service_is_a_tag_or_the_default(
    line: str, service: str, labels: dict[str, str]
) -> None:
    sample = one(line)

    assert (sample.service, sample.labels) == (service, labels)


@pytest.mark.parametrize(
    ("line", "metric", "labels"),
    [
        (r"my\ cpu,h\ ost=a\,b user\ time=1", "my_cpu_user_time", {"h_ost": "a,b"}),
        (r"a,x=\= v=1", "a_v", {"x": "="}),
        (r"a,path=C:\dir v=1", "a_v", {"path": r"C:\dir"}),
        ('a,q="b" v=1', "a_v", {"q": '"b"'}),
        (r"a\,b v=1", "a_b_v", {}),
        (r"a f\=g=1", "a_f_g", {}),
        ("a,caf\xe9=\u2713 v=1", "a_v", {"caf_": "\u2713"}),
        ("a,x.y=1,x_y=2 v=1", "a_v", {"x_y": "1;2"}),
    ],
)
def test_escapes_and_odd_names_are_understood(
    line: str, metric: str, labels: dict[str, str]
) -> None:
    sample = one(line)

    assert (sample.metric, sample.labels) == (metric, labels)


@pytest.mark.parametrize(
    "text",
    ['"plain"', '"a b,c=d"', r'"say \"hi\""', r'"back\\"', '""', '"line\nbreak"', '"#"', '"\n\n="'],
)
@pytest.mark.parametrize("line", ["a t={},v=1 7", "a v=1,t={} 7", "a b=2,t={},v=1 7", "a t={} 7"])
def test_texts_are_counted_and_the_numbers_beside_them_stored(line: str, text: str) -> None:
    parsed = read(f"x y=1 1\n{line.format(text)}\nx y=2 2\n")

    assert parsed.errors == ()
    assert parsed.skipped == {"text_field": 1}
    assert parsed.wire.values.tolist()[-1] == 2.0
    assert len(parsed.wire) == 2 + line.count("=") - 1
    assert set(parsed.wire.at_ms.tolist()) <= {1, 2, 7}


@pytest.mark.parametrize(
    "body",
    [
        "a v=1 5\nb v=2 6",
        "a v=1 5\n\n\nb v=2 6\n\n",
        "a v=1 5\r\nb v=2 6\r\n",
        "# a comment with v=1\na v=1 5\n  # another\nb v=2 6",
        "  a v=1 5  \n\t b v=2 6",
        "a  v=1  5\nb   v=2 6",
        "a  v=1 5\n\nb v=2  6",
        " a v=1 5\nb v=2 6 ",
    ],
)
def test_empty_lines_comments_and_blanks_change_nothing(body: str) -> None:
    parsed = read(body)

    assert parsed.errors == ()
    assert [(sample.metric, sample.value) for sample in samples(parsed)] == [("a_v", 1), ("b_v", 2)]
    assert parsed.wire.at_ms.tolist() == [5, 6]


def test_numbers_of_lines_count_what_is_left_out() -> None:
    parsed = read('a v=1\n\n# no\nb t="x\ny",v=2\nc v=3')

    assert list(parsed.items) == [1, 4, 6]


@pytest.mark.parametrize("body", ["", "\n", "# nothing", "   ", "\r\n"])
def test_a_body_without_a_line_holds_nothing(body: str) -> None:
    parsed = read(body)

    assert (len(parsed.wire), parsed.errors) == (0, ())


def test_the_same_series_has_the_same_key_in_every_request() -> None:
    careful, plain = read('a,h=x t="s",v=1 1'), read("a,h=x u=3,v=2 2")

    assert careful.wire.keys[0] == plain.wire.keys[1]
    assert len(set(plain.wire.keys)) == 2


def test_a_request_has_at_most_so_many_samples() -> None:
    assert len(read("a b=1,c=2\nd e=3", most_samples=3).wire) == 3
    with pytest.raises(PayloadTooLargeError, match="at most 2 samples"):
        read("a b=1,c=2\nd e=3", most_samples=2)


words = st.text(st.sampled_from("ab1_.:-/"), min_size=1, max_size=6).map(lambda text: f"k{text}")
tags = st.dictionaries(words, words, max_size=3)
fields = st.dictionaries(words, st.floats(-1e18, 1e18), min_size=1, max_size=4)


def escaped(text: str) -> str:
    return text.replace(",", "\\,").replace("=", "\\=").replace(" ", "\\ ")


odd_words = st.text(st.sampled_from("a ,=1"), min_size=1, max_size=6).map(lambda text: f"k{text}k")


@given(st.lists(st.tuples(odd_words, odd_words, st.floats(-1e18, 1e18)), max_size=5))
def test_what_is_escaped_is_what_is_read(written: list[tuple[str, str, float]]) -> None:
    lines = [
        f"m,t={escaped(tag)} {escaped(field)}={value!r} {number}"
        for number, (tag, field, value) in enumerate(written)
    ]

    parsed = read("\n".join(lines))

    assert parsed.errors == ()
    assert parsed.wire.values.tolist() == [value for _, _, value in written]
    assert [sample.labels for sample in samples(parsed)] == [{"t": tag} for tag, _, _ in written]


@given(st.lists(st.tuples(words, tags, fields), max_size=5))
def test_plain_lines_read_as_the_careful_way_reads_them(
    written: list[tuple[str, dict[str, str], dict[str, float]]],
) -> None:
    lines = []
    for number, (measurement, labels, values) in enumerate(written):
        head = "".join(f",{name}={text}" for name, text in labels.items())
        body = ",".join(f"{name}={value!r}" for name, value in values.items())
        lines.append(f"{measurement}{head} {body} {number}")
    text = "\n".join(lines)

    plain, careful = read(text), read(text.replace("\n", "\t\n") + "\t")

    assert plain.wire.keys == careful.wire.keys
    assert plain.wire.at_ms.tolist() == careful.wire.at_ms.tolist()
    assert plain.wire.values.tolist() == careful.wire.values.tolist()
    assert plain.wire.values.tolist() == [v for _, _, each in written for v in each.values()]
