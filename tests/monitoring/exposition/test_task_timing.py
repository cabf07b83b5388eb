"""Tasks are counted by how they ended and timed from start to end."""

import pytest
from celery import Task, shared_task
from celery.exceptions import Ignore

from monitoring.exposition import task_timing
from monitoring.exposition.accumulator import Accumulator


@shared_task(name="tests.succeed")
def succeed() -> None:
    return


@shared_task(name="tests.fail")
def fail() -> None:
    raise ValueError("on purpose")


@shared_task(name="tests.ignore")
def ignore() -> None:
    raise Ignore


@pytest.mark.parametrize(
    ("task", "state"), [(succeed, "success"), (fail, "failure"), (ignore, "ignored")]
)
def test_a_task_is_counted_and_timed(
    task: Task[[], None], state: str, gathered: Accumulator
) -> None:
    task_timing.install()

    task.apply()

    deltas = gathered.take()
    expected = ("celery_tasks_total", frozenset({("task", task.name), ("state", state)}))
    assert deltas.counters == {expected: 1}
    ((key, distribution),) = deltas.distributions.items()
    assert key == ("celery_task_duration_ms", frozenset({("task", task.name)}))
    assert sum(distribution.counts) == 1
    assert task_timing._began == {}


def test_an_end_without_a_start_is_counted_but_not_timed(gathered: Accumulator) -> None:
    task_timing._end(task_id="never started", task=succeed, state=None)

    deltas = gathered.take()
    ((key, number),) = deltas.counters.items()
    assert (dict(key[1])["state"], number) == ("unknown", 1)
    assert not deltas.distributions
