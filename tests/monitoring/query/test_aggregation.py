"""Series by step out of the real storage, each by itself and in groups."""

import numpy as np
import pytest
from django.db import connection
from pytest_django import Settings

from monitoring.errors import InvalidInputError
from monitoring.query.aggregation import Question
from monitoring.query.grouping import Curve
from monitoring.query.resolution import aggregation_of
from tests.monitoring.factories import gauge
from tests.monitoring.ingest.pushing import push
from tests.monitoring.query.asking import DAY, HOUR, METRIC, MIDNIGHT, MINUTE, ask


@pytest.mark.django_db
def test_curves_come_in_the_order_of_the_series_and_an_empty_one_stays() -> None:
    push(gauge(1.0, metric=METRIC, at=MIDNIGHT, host="z"), at=MIDNIGHT)
    push(gauge(2.0, metric=METRIC, at=MIDNIGHT, host="a"), at=MIDNIGHT)
    push(gauge(3.0, metric=METRIC, at=MIDNIGHT - HOUR, host="m"), at=MIDNIGHT)

    answer = ask(MINUTE, end=MIDNIGHT + MINUTE)

    assert [curve.labels["host"] for curve in answer.curves] == ["a", "m", "z"]
    assert answer.values[:, 0].tolist() == pytest.approx([2.0, float("nan"), 1.0], nan_ok=True)


@pytest.mark.django_db
def test_groups_by_label_across_series_and_bags_of_samples() -> None:
    for host, service, values in (
        ("a", "s", [1.0, 2.0, 3.0]),
        ("a", "t", [8.0]),
        ("b", "t", [5.0]),
    ):
        samples = [
            gauge(value, metric=METRIC, service=service, at=MIDNIGHT + number * MINUTE, host=host)
            for number, value in enumerate(values)
        ]
        push(*samples, at=MIDNIGHT + HOUR)
    end = MIDNIGHT + HOUR

    bag = ask(HOUR, "avg", end=end, group_by=("host",))
    across = ask(HOUR, "avg", end=end, group_by=("host",), across="avg")
    alone = ask(HOUR, "last", end=end, across="sum")

    assert bag.curves == [Curve(METRIC, None, {"host": "a"}), Curve(METRIC, None, {"host": "b"})]
    assert bag.values.tolist() == [[3.5], [5.0]]
    assert across.values.tolist() == [[5.0], [5.0]]
    assert (alone.curves, alone.values.tolist()) == ([Curve(METRIC, None, {})], [[16.0]])


@pytest.mark.django_db
def test_growth_looks_at_the_sample_before_the_first_step_and_rates_add_up() -> None:
    for host in "ab":
        samples = [
            gauge(value, metric=METRIC, at=MIDNIGHT + minutes * MINUTE, host=host)
            for minutes, value in ((-5, 10.0), (0, 40.0), (1, 100.0))
        ]
        push(*samples, at=MIDNIGHT + HOUR)
    end = MIDNIGHT + 2 * MINUTE

    assert ask(MINUTE, "increase", end=end).values[0].tolist() == [30.0, 60.0]
    assert ask(MINUTE, "rate", end=end).values[0].tolist() == [0.1, 1.0]
    assert ask(MINUTE, "rate", end=end, group_by=()).values[0].tolist() == [0.2, 2.0]
    assert ask(MINUTE, "increase", end=end, group_by=()).values[0].tolist() == [60.0, 120.0]


@pytest.mark.django_db
def test_a_sample_that_is_too_old_is_no_beginning_of_growth() -> None:
    for minutes, value in ((-6, 10.0), (0, 40.0)):
        at = MIDNIGHT + minutes * MINUTE
        push(gauge(value, metric=METRIC, at=at), at=MIDNIGHT)

    assert np.isnan(ask(MINUTE, "increase", end=MIDNIGHT + MINUTE).values).all()
    assert ask(10 * MINUTE, "increase", end=MIDNIGHT + MINUTE).values.tolist() == [[30.0]]


@pytest.mark.django_db
def test_no_series_make_an_empty_answer() -> None:
    answer = ask(MINUTE)

    assert (list(answer.curves), answer.values.shape) == ([], (0, 3_600))


@pytest.mark.django_db
def test_more_points_than_one_answer_may_have_are_refused(settings: Settings) -> None:
    settings.MAX_RANGE_POINTS = 60
    push(gauge(1.0, metric=METRIC, at=MIDNIGHT), at=MIDNIGHT)

    assert ask(MINUTE, end=MIDNIGHT + HOUR).values.shape == (1, 60)
    with pytest.raises(InvalidInputError, match="1 series by 61 steps"):
        ask(MINUTE, end=MIDNIGHT + 61 * MINUTE)


@pytest.mark.django_db
def test_more_roll_ups_than_one_answer_may_read_are_refused(settings: Settings) -> None:
    settings.MAX_RANGE_POINTS = 288
    push(gauge(1.0, metric=METRIC, at=MIDNIGHT), at=MIDNIGHT)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM segment")

    ask(DAY // 2 - 5 * MINUTE, end=MIDNIGHT + DAY)
    with pytest.raises(InvalidInputError, match="up to 576 roll-ups"):
        ask(DAY // 2 - 5 * MINUTE, end=MIDNIGHT + 2 * DAY + HOUR)


@pytest.mark.parametrize(
    ("aggregation", "group_by", "across", "message"),
    [
        ("last", (), None, "a last of its own"),
        ("first", ("host",), None, "a first of its own"),
        ("avg", (), "rate", "across must be"),
        ("avg", (), "last", "across must be"),
    ],
)
def test_a_question_without_meaning_is_refused(
    aggregation: str, group_by: tuple[str, ...], across: str | None, message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        Question(
            1_000,
            aggregation_of(aggregation),
            group_by,
            None if across is None else aggregation_of(across),
        )
