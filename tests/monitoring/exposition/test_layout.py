"""The fixed text of an exposition, and the numbers between it."""

import numpy as np

from monitoring.exposition.families import Current, Exposition, Family, families_of
from monitoring.exposition.layout import comments, layout_of
from monitoring.exposition.text import heading
from monitoring.types import MetricType


def plain(family: Family, help_text: str, names: frozenset[str]) -> str:
    return heading(family.name, family.type, help_text)


def gauges(*names: str) -> Exposition:
    return families_of(
        Current(name, "s", MetricType.GAUGE, {}, place) for place, name in enumerate(names)
    )


def test_each_series_gets_its_own_value_whatever_the_order_of_the_families() -> None:
    layout = layout_of(gauges("b", "a"), {"a": "A."}, plain, end="# end\n")

    assert layout.render(np.array([20.0, 1.5])) == (
        "# HELP a A.\n# TYPE a gauge\n"
        'a{service_name="s"} 1.5\n'
        "# HELP b \n# TYPE b gauge\n"
        'b{service_name="s"} 20\n'
        "# end\n"
    )


def test_it_is_rendered_again_with_other_values() -> None:
    layout = layout_of(gauges("a"), {}, plain, end="")

    first, second = layout.render(np.array([1.0])), layout.render(np.array([np.inf]))

    assert first.splitlines()[-1] == 'a{service_name="s"} 1'
    assert second.splitlines()[-1] == 'a{service_name="s"} +Inf'


def test_a_value_may_stand_in_two_places() -> None:
    parts = [
        Current("d_bucket", "s", MetricType.HISTOGRAM, {"le": "1"}, 0),
        Current("d_count", "s", MetricType.HISTOGRAM, {}, 1),
    ]

    text = layout_of(families_of(parts), {}, plain, end="").render(np.array([3.0, 7.0]))

    assert text.splitlines()[2:] == [
        'd_bucket{service_name="s",le="1"} 3',
        'd_bucket{service_name="s",le="+Inf"} 7',
        'd_count{service_name="s"} 7',
    ]


def test_without_a_series_only_the_end_is_left() -> None:
    assert layout_of(gauges(), {}, plain, end="# EOF\n").render(np.empty(0)) == "# EOF\n"


def test_what_is_left_out_stands_in_comments() -> None:
    assert comments({"b": 2, "a": 1}) == "# 1 series left out: a\n# 2 series left out: b\n"
    assert comments({}) == ""
