"""Aggregation over series, ranks, and counts of values."""

import math

import pytest

from monitoring.promql.engine import Limits, instant_query
from monitoring.promql.errors import ExecutionError, TooManySamplesError
from monitoring.promql.labels import value_of
from monitoring.promql.model import Vector
from tests.monitoring.promql.asking import NOON, at_noon, load, until_noon

HOSTS = """
cpu{host=a,mode=user} 10
cpu{host=a,mode=system} 20
cpu{host=b,mode=user} 30
cpu{host=b,mode=system} 60
"""


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sum(cpu)", {"": 120}),
        ("sum by (host) (cpu)", {"a": 30, "b": 90}),
        ("sum without (host) (cpu)", {"user": 40, "system": 80}),
        ("sum by (nothing) (cpu)", {"": 120}),
        ("sum by (mode, host) (cpu)", {"a/user": 10, "a/system": 20, "b/user": 30, "b/system": 60}),
        ("avg(cpu)", {"": 30}),
        ("min by (mode) (cpu)", {"user": 10, "system": 20}),
        ("max by (mode) (cpu)", {"user": 30, "system": 60}),
        ("count by (mode) (cpu)", {"user": 2, "system": 2}),
        ("group by (host) (cpu)", {"a": 1, "b": 1}),
        ("stdvar by (mode) (cpu)", {"user": 100, "system": 400}),
        ("stddev by (mode) (cpu)", {"user": 10, "system": 20}),
        ("quantile(0.5, cpu)", {"": 25}),
        ("quantile by (mode) (0.25, cpu)", {"user": 15, "system": 30}),
        ("quantile(-1, cpu)", {"": -math.inf}),
        ("quantile(1.01, cpu)", {"": math.inf}),
        ("topk(1, cpu)", {"b/system": 60}),
        ("topk by (host) (1, cpu)", {"a/system": 20, "b/system": 60}),
        ("bottomk(2, cpu)", {"a/user": 10, "a/system": 20}),
        ("topk(0, cpu)", {}),
        ("topk(9, cpu)", {"a/user": 10, "a/system": 20, "b/user": 30, "b/system": 60}),
        ("topk(2.9, cpu)", {"b/system": 60, "b/user": 30}),
        ('count_values("n", cpu > bool 15)', {"0": 1, "1": 3}),
        ('count_values by (host) ("n", cpu > bool 15)', {"a/0": 1, "a/1": 1, "b/1": 2}),
        ('count_values without (host) ("mode", cpu)', {"10": 1, "20": 1, "30": 1, "60": 1}),
        ("sum(nothing)", {}),
        ("quantile(0.5, nothing)", {}),
        ("topk(1, nothing)", {}),
        ('count_values("n", nothing)', {}),
    ],
)
def test_groups(query: str, found: dict[str, float]) -> None:
    assert at_noon(query, load(HOSTS)) == found


def test_only_members_that_are_present_count() -> None:
    source = load("m{n=1} 1 _ _ _ _ _ _ _\nm{n=2} 3 3 3 3 3 3 3 3\nm{n=3} _ _ _ _ _ _ _ 8")

    assert until_noon("sum(m)", source, minutes=7) == {"": "4 4 4 4 4 4 3 11"}
    assert until_noon("avg(m)", source, minutes=7) == {"": "2 2 2 2 2 2 3 5.5"}
    assert until_noon("count(m)", source, minutes=7) == {"": "2 2 2 2 2 2 1 2"}
    assert until_noon("max(m)", source, minutes=7) == {"": "3 3 3 3 3 3 3 8"}
    assert until_noon("min(m)", source, minutes=7) == {"": "1 1 1 1 1 1 3 3"}
    assert until_noon("stdvar(m)", source, minutes=7) == {"": "1 1 1 1 1 1 0 6.25"}
    assert until_noon("quantile(1, m)", source, minutes=7) == {"": "3 3 3 3 3 3 3 8"}
    assert until_noon("topk(1, m)", source, minutes=7) == {
        "2": "3 3 3 3 3 3 3 _",
        "3": "_ _ _ _ _ _ _ 8",
    }


def test_extremes_pass_over_nan_while_there_is_anything_else() -> None:
    source = load("m{g=a,n=1} -1\nm{g=a,n=2} 4\nm{g=b,n=1} -1")

    assert at_noon("max by (g) (sqrt(m))", source)["a"] == 2
    assert math.isnan(at_noon("min by (g) (sqrt(m))", source)["b"])
    assert math.isnan(at_noon("sum by (g) (sqrt(m))", source)["a"])
    assert at_noon("topk by (g) (1, sqrt(m))", source)["a/2"] == 2


def test_members_are_added_one_after_the_other() -> None:
    source = load("m{n=1} 0.1\nm{n=2} 0.2\nm{n=3} 0.3")

    assert at_noon("sum(m)", source) == {"": (0.1 + 0.2) + 0.3}


def order(query: str, table: str) -> list[str]:
    result = instant_query(query, source=load(table), at_ms=NOON, limits=Limits(1_000))
    assert isinstance(result, Vector)
    return [value_of(labels, "n") for labels in result.labels]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("topk(3, m)", ["c", "b", "a"]),
        ("bottomk(3, m)", ["a", "b", "c"]),
        ("sort(m)", ["a", "b", "c"]),
        ("sort_desc(m)", ["c", "b", "a"]),
        ("sort(sqrt(m - 2))", ["b", "c", "a"]),
        ("sort_desc(sqrt(m - 2))", ["c", "b", "a"]),
        ("topk(3, sqrt(m - 2))", ["c", "b", "a"]),
    ],
)
def test_ranks_come_in_their_order_and_nan_last(query: str, wanted: list[str]) -> None:
    assert order(query, "m{n=a} 1\nm{n=b} 2\nm{n=c} 3") == wanted


@pytest.mark.parametrize(
    ("values", "limit", "kept"),
    [
        ("1 1 1", 2, {"0", "1"}),  # of equals the first stay
        ("1 1 2", 2, {"1", "2"}),  # the heap gives up its first
        ("2 1 1 3", 2, {"0", "3"}),
        ("5 1 5 5 5", 3, {"0", "2", "3"}),
        ("3 3 3 4 3 4", 3, {"2", "3", "5"}),
    ],
)
def test_of_equal_values_those_stay_that_stay_in_the_heap_of_prometheus(
    values: str, limit: int, kept: set[str]
) -> None:
    table = "\n".join(f"m{{n={number}}} {value}" for number, value in enumerate(values.split()))

    assert set(order(f"topk({limit}, m)", table)) == kept
    assert set(order(f"bottomk({limit}, -m)", table)) == kept


@pytest.mark.parametrize("count", ["0/0", "1/0", "1e19"])
def test_a_rank_that_is_no_whole_number_is_refused(count: str) -> None:
    with pytest.raises(ExecutionError, match="overflows int64"):
        at_noon(f"topk({count}, cpu)", load(HOSTS))


def test_the_label_of_count_values_must_be_one() -> None:
    with pytest.raises(ExecutionError, match='invalid label name "a b"'):
        at_noon('count_values("a b", cpu)', load(HOSTS))


def test_count_values_asks_before_it_makes_too_many_cells() -> None:
    table = "\n".join(f"m{{n={number}}} {number}" for number in range(50))

    with pytest.raises(TooManySamplesError):
        instant_query(
            'count_values("v", m)', source=load(table), at_ms=NOON, limits=Limits(max_samples=180)
        )
