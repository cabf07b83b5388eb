"""Latest values as families: what belongs together, what is complete, what is left out."""

import pytest

from monitoring.exposition.families import Current, Family, families_of, whole_name
from monitoring.types import MetricType


def latest(
    metric: str,
    value: float,
    kind: MetricType = MetricType.GAUGE,
    service: str = "s",
    **labels: str,
) -> Current:
    return Current(metric, service, kind, labels, value)


def part(metric: str, value: float, **labels: str) -> Current:
    return latest(metric, value, MetricType.HISTOGRAM, **labels)


def only_family(*values: Current) -> Family:
    (family,) = families_of(values).families
    return family


def test_families_are_sorted_and_hold_every_series_of_their_name() -> None:
    found = families_of([latest("b", 1.0), latest("a", 2.0, host="x"), latest("a", 3.0, host="y")])

    assert [(family.name, len(family.samples)) for family in found.families] == [("a", 2), ("b", 1)]
    assert found.left_out == {}


def test_a_histogram_lists_its_buckets_by_size_and_then_sum_and_count() -> None:
    family = only_family(
        part("d_bucket", 3.0, le="+Inf", route="/"),
        part("d_bucket", 2.0, le="100", route="/"),
        part("d_bucket", 1.0, le="20", route="/"),
        part("d_count", 3.0, route="/"),
        part("d_sum", 450.5, route="/"),
    )

    labels = 'route="/",service_name="s"'
    assert (family.name, family.type) == ("d", MetricType.HISTOGRAM)
    assert family.samples == [
        ("d_bucket", f'{labels},le="20"', 1.0),
        ("d_bucket", f'{labels},le="100"', 2.0),
        ("d_bucket", f'{labels},le="+Inf"', 3.0),
        ("d_sum", labels, 450.5),
        ("d_count", labels, 3.0),
    ]


def test_an_observation_under_the_bare_name_is_no_sample() -> None:
    assert families_of([part("d", 125.0)]).families == []


def test_each_label_set_is_a_histogram_of_its_own() -> None:
    family = only_family(
        part("d_bucket", 1.0, le="+Inf", route="/a"), part("d_bucket", 2.0, le="+Inf", route="/b")
    )

    counts = [sample for sample in family.samples if sample[0] == "d_count"]
    assert [value for _, _, value in counts] == [1.0, 2.0]


def test_a_histogram_without_its_last_bucket_ends_with_its_count() -> None:
    family = only_family(part("d_bucket", 1.0, le="10"), part("d_count", 4.0))

    assert ("d_bucket", 'service_name="s",le="+Inf"', 4.0) in family.samples


def test_a_histogram_without_count_counts_its_last_bucket() -> None:
    family = only_family(part("d_bucket", 4.0, le="+Inf"))

    assert family.samples[-1] == ("d_count", 'service_name="s"', 4.0)


def test_a_count_that_contradicts_the_last_bucket_gives_way() -> None:
    family = only_family(part("d_bucket", 4.0, le="+Inf"), part("d_count", 5.0))

    assert {value for _, _, value in family.samples} == {4.0}


def test_a_histogram_without_any_end_is_left_out_and_said_to_be() -> None:
    found = families_of([part("d_bucket", 1.0, le="10"), part("d_sum", 5.0)])

    assert found.families == []
    assert found.left_out == {"histogram without +Inf and count": 1}


@pytest.mark.parametrize("bound", ["ten", "NaN", ""])
def test_a_bucket_whose_bound_is_no_number_is_no_bucket(bound: str) -> None:
    family = only_family(part("d_bucket", 1.0, le=bound), part("d_count", 1.0))

    assert [name for name, _, _ in family.samples] == ["d_bucket", "d_count"]


def test_two_spellings_of_a_bound_are_one_bucket() -> None:
    family = only_family(
        part("d_bucket", 1.0, le="10"), part("d_bucket", 2.0, le="10.0"), part("d_count", 2.0)
    )

    assert [labels for _, labels, _ in family.samples].count('service_name="s",le="10"') == 1


def test_a_gauge_whose_name_ends_like_a_part_stays_a_gauge() -> None:
    family = only_family(latest("fraud_blocked_count", 7.0))

    assert (family.name, family.samples) == (
        "fraud_blocked_count",
        [("fraud_blocked_count", 'service_name="s"', 7.0)],
    )


def test_a_summary_keeps_its_quantiles_and_parts_under_one_name() -> None:
    summary = MetricType.SUMMARY
    family = only_family(
        latest("t", 1.5, summary, quantile="0.5"),
        latest("t", 9.0, summary),
        latest("t_sum", 30.0, summary),
        latest("t_count", 20.0, summary),
    )

    assert family.name == "t"
    assert [(name, value) for name, _, value in family.samples] == [
        ("t", 1.5),
        ("t_sum", 30.0),
        ("t_count", 20.0),
    ]


def test_a_second_type_under_a_name_is_left_out_and_said_to_be() -> None:
    found = families_of([latest("d", 1.0), part("d_count", 2.0)])

    assert [(family.name, family.type) for family in found.families] == [("d", MetricType.GAUGE)]
    assert found.left_out == {"another type has the name": 1}


@pytest.mark.parametrize(
    ("metric", "kind", "whole"),
    [
        ("d_bucket", MetricType.HISTOGRAM, "d"),
        ("d_sum", MetricType.HISTOGRAM, "d"),
        ("d_count", MetricType.HISTOGRAM, "d"),
        ("d", MetricType.HISTOGRAM, "d"),
        ("d_bucket", MetricType.SUMMARY, "d_bucket"),
        ("d_sum", MetricType.SUMMARY, "d"),
        ("d_count", MetricType.COUNTER, "d_count"),
    ],
)
def test_only_parts_of_a_distribution_belong_to_a_whole(
    metric: str, kind: MetricType, whole: str
) -> None:
    assert whole_name(metric, kind) == whole
