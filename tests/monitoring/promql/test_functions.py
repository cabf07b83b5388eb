"""Functions of single values, dates, labels, histograms and absence."""

import math
from datetime import UTC, datetime

import pytest

from monitoring.promql.errors import ExecutionError
from tests.monitoring.promql.asking import at_noon, load, until_noon


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("abs(vector(-2))", 2),
        ("ceil(vector(1.2))", 2),
        ("floor(vector(-1.2))", -2),
        ("round(vector(2.5))", 3),
        ("round(vector(-2.5))", -2),
        ("round(vector(7), 5)", 5),
        ("round(vector(0.17), 0.1)", 0.2),
        ("clamp(vector(7), 1, 5)", 5),
        ("clamp(vector(0), 1, 5)", 1),
        ("clamp_min(vector(0), 1)", 1),
        ("clamp_max(vector(7), 5)", 5),
        ("sgn(vector(-9))", -1),
        ("sgn(vector(0))", 0),
        ("sgn(vector(9))", 1),
        ("sqrt(vector(16))", 4),
        ("exp(vector(0))", 1),
        ("ln(vector(1))", 0),
        ("log2(vector(8))", 3),
        ("log10(vector(1000))", 3),
        ("deg(vector(pi()))", 180),
        ("rad(vector(180))", math.pi),
        ("cos(vector(0))", 1),
    ],
)
def test_a_function_of_one_value(query: str, value: float) -> None:
    assert at_noon(query, load("x 1")) == {"": pytest.approx(value)}


def test_clamping_between_bounds_in_the_wrong_order_leaves_nothing() -> None:
    assert at_noon("clamp(x, 5, 1)", load("x 3")) == {}
    assert math.isnan(at_noon("clamp_max(x, 0/0)", load("x 3"))[""])


MOMENTS = (
    datetime(2024, 2, 29, 23, 59, tzinfo=UTC),
    datetime(2023, 12, 31, 0, 0, tzinfo=UTC),
    datetime(1969, 12, 31, 18, 30, tzinfo=UTC),
    datetime(2000, 3, 1, 12, 5, tzinfo=UTC),
)


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_parts_of_a_date(moment: datetime) -> None:
    expected = {
        "year": moment.year,
        "month": moment.month,
        "day_of_month": moment.day,
        "day_of_week": moment.isoweekday() % 7,
        "day_of_year": moment.timetuple().tm_yday,
        "hour": moment.hour,
        "minute": moment.minute,
    }
    seconds = f"vector({moment.timestamp():.0f})"

    found = {name: at_noon(f"{name}({seconds})", load("x 1"))[""] for name in expected}

    assert found == expected


@pytest.mark.parametrize(
    ("day", "length"),
    [("2024-02-10", 29), ("2023-02-10", 28), ("2023-12-31", 31), ("2023-04-01", 30)],
)
def test_the_length_of_a_month(day: str, length: int) -> None:
    seconds = datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp()

    assert at_noon(f"days_in_month(vector({seconds}))", load("x 1")) == {"": length}


def test_a_date_without_argument_is_that_of_the_evaluation() -> None:
    assert at_noon("year()", load("x 1")) == {"": 2023}
    assert math.isnan(at_noon("year(vector(1/0))", load("x 1"))[""])


@pytest.mark.parametrize(
    ("call", "key"),
    [
        ('label_replace(m, "to", "$1", "from", "(.).*")', "a-b/x/a"),
        ('label_replace(m, "to", "$1", "from", "a")', "a-b/x"),
        ('label_replace(m, "to", "${2}$1", "from", "(.)-(.)")', "a-b/x/ba"),
        ('label_replace(m, "to", "${tail}", "from", "a-(?P<tail>.)")', "a-b/x/b"),
        ('label_replace(m, "to", "$1x", "from", "(a).*")', "a-b/x"),
        ('label_replace(m, "to", "$9", "from", "(a).*")', "a-b/x"),
        ('label_replace(m, "to", "$$1", "from", "(a).*")', "a-b/x/$1"),
        ('label_replace(m, "from", "", "other", "x")', "x"),
        ('label_replace(m, "to", "none", "missing", "")', "a-b/x/none"),
        ('label_join(m, "to", "+", "other", "from")', "a-b/x/x+a-b"),
        ('label_join(m, "to", "+", "missing", "other")', "a-b/x/+x"),
        ('label_join(m, "other", "+")', "a-b"),
    ],
)
def test_labels_are_rewritten(call: str, key: str) -> None:
    assert at_noon(call, load("m{from=a-b,other=x} 1")) == {key: 1}


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (
            'label_replace(m, "a b", "x", "n", ".*")',
            "invalid destination label name in label_replace(): a b",
        ),
        (
            'label_replace(m, "to", "x", "n", "(")',
            "invalid regular expression in label_replace(): (",
        ),
        ('label_join(m, "a b", "", "n")', "invalid destination label name in label_join(): a b"),
        ('label_join(m, "to", "", "a b")', "invalid source label name in label_join(): a b"),
        ('label_replace(m, "n", "", "n", ".*")', "the same labelset"),
    ],
)
def test_labels_that_cannot_be_rewritten(call: str, reason: str) -> None:
    with pytest.raises(ExecutionError) as caught:
        at_noon(call, load("m{n=1} 1\nm{n=2} 1"))

    assert reason in caught.value.message


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("absent(nothing)", {"": 1}),
        ('absent(nothing{a="b"})', {"b": 1}),
        ('absent((nothing{a="b",c=~"d",e!="f"}))', {"b": 1}),
        ('absent(nothing{a="b",a="c"})', {"": 1}),
        ('absent(sum(nothing{a="b"}))', {"": 1}),
        ("absent(x)", {}),
        ('absent_over_time(nothing{a="b"}[5m])', {"b": 1}),
        ("absent_over_time(x[5m])", {}),
    ],
)
def test_absence(call: str, found: dict[str, float]) -> None:
    assert at_noon(call, load("x 1")) == found


def test_absence_is_seen_step_by_step() -> None:
    source = load("x 1 _ _ _ _ _ _ 1")

    assert until_noon("absent(x)", source, minutes=7) == {"": "_ _ _ _ _ _ 1 _"}
    assert until_noon("absent_over_time(x[1m])", source, minutes=7) == {"": "_ _ 1 1 1 1 1 _"}


BUCKETS = """
b{le=0.1} 10
b{le=0.5} 30
b{le=1} 40
b{le=+Inf} 50
"""


@pytest.mark.parametrize(
    ("rank", "value"),
    [
        ("0.2", 0.1),
        ("0.1", 0.05),
        ("0.4", 0.3),
        ("0.8", 1.0),
        ("0.9", 1.0),
        ("1", 1.0),
        ("0", 0.0),
        ("-1", -math.inf),
        ("2", math.inf),
    ],
)
def test_a_quantile_lies_within_its_bucket_as_far_as_its_rank(rank: str, value: float) -> None:
    assert at_noon(f"histogram_quantile({rank}, b)", load(BUCKETS)) == {"": pytest.approx(value)}


@pytest.mark.parametrize(
    "table",
    [
        "b{le=1} 5\nb{le=2} 6",  # no bucket without end
        "b{le=+Inf} 5",
        "b{le=1} 0\nb{le=+Inf} 0",
    ],
)
def test_what_is_no_histogram_has_no_quantile(table: str) -> None:
    assert math.isnan(at_noon("histogram_quantile(0.5, b)", load(table))[""])


def test_series_without_a_bound_are_left_out() -> None:
    assert at_noon("histogram_quantile(0.5, b)", load("b 1\nb{le=x} 2")) == {}


def test_a_quantile_below_zero_and_equal_bounds() -> None:
    below = load("b{le=-5} 10\nb{le=+Inf} 10")
    equal = load("b{le=1} 10\nb{le=1.0} 10\nb{le=2} 30\nb{le=+Inf} 30")

    assert at_noon("histogram_quantile(0.5, b)", below) == {"": -5}
    assert at_noon("histogram_quantile(0.5, b)", equal) == {"": 0.75}


def test_counts_that_fall_are_taken_for_level() -> None:
    source = load("b{le=1} 10\nb{le=2} 8\nb{le=4} 20\nb{le=+Inf} 20")

    assert at_noon("histogram_quantile(0.75, b)", source) == {"": 3.0}


def test_histograms_are_told_apart_by_their_other_labels_and_their_buckets_at_each_step() -> None:
    source = load(
        "b{h=x,le=1} 10 10 10 10 10 10 10\nb{h=x,le=2} _ _ _ _ _ _ 10\nb{h=x,le=+Inf} 10 10 10 10 10 10 20\n"
        "b{h=y,le=4} 0 0 0 0 0 0 0\nb{h=y,le=8} 1 1 1 1 1 1 1\nb{h=y,le=+Inf} 1 1 1 1 1 1 1"
    )

    found = until_noon("histogram_quantile(0.75, b)", source, minutes=2)

    assert found == {"x": "0.75 0.75 2", "y": "7 7 7"}


def test_double_smoothing_follows_a_line_exactly() -> None:
    source = load("m 1 3 5 7 9")

    assert at_noon("holt_winters(m[10m], 0.5, 0.5)", source) == {"": 9}
    assert at_noon("double_exponential_smoothing(m[10m], 0.5, 0.5)", source) == {"": 9}
    assert at_noon("predict_linear(m[10m], 60)", source) == {"": pytest.approx(11)}
    assert at_noon("predict_linear(m[2m] offset 1m, 60)", source) == {"": pytest.approx(11)}
    assert at_noon("mad_over_time(m[10m])", source) == {"": 2}


def test_double_smoothing_follows_a_bend_by_its_factors() -> None:
    assert at_noon("holt_winters(m[10m], 0.5, 0.5)", load("m 1 2 4 8")) == {"": 6.375}
    assert at_noon("holt_winters(m[10m], 0.25, 0.5)", load("m{n=a} 1 2 4\nm{n=b} 7")) == {"a": 3.25}


@pytest.mark.parametrize("factors", ["0, 0.5", "0.5, 1", "0/0, 0.5"])
def test_a_smoothing_factor_lies_between_zero_and_one(factors: str) -> None:
    with pytest.raises(ExecutionError, match=r"invalid (smoothing|trend) factor"):
        at_noon(f"holt_winters(m[10m], {factors})", load("m 1 2 3"))
