"""Counts and times every Celery task of this process, by its signals."""

import time
from typing import Any

from celery import Task, signals

from monitoring.exposition.instruments import count, observe

_began: dict[str, float] = {}


def install() -> None:
    """Listen to the tasks that start and end in this process."""
    signals.task_prerun.connect(_start, dispatch_uid="monitoring.task_timing.start")
    signals.task_postrun.connect(_end, dispatch_uid="monitoring.task_timing.end")


def _start(*, task_id: str, **_signal: Any) -> None:
    _began[task_id] = time.perf_counter()


def _end(*, task_id: str, task: Task[Any, Any], state: str | None, **_signal: Any) -> None:
    count("celery_tasks_total", {"task": task.name, "state": (state or "unknown").lower()})
    began = _began.pop(task_id, None)
    if began is not None:
        took_ms = (time.perf_counter() - began) * 1_000
        observe("celery_task_duration_ms", {"task": task.name}, took_ms)
