"""The service about itself: processes, queues, cache, committed samples."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import cast

import psutil
import pytest
import redis
from django.conf import settings as configured
from django.core.cache import cache, caches
from pytest_django import Settings

from monitoring.backends.cache import CountedCache
from monitoring.backends.factory import broker_redis
from monitoring.cache import cache_usage, flush_cache
from monitoring.collectors import own
from monitoring.collectors.own import collect, collected, queue_names
from monitoring.collectors.processes import usage_by_role
from monitoring.ingest.door import ingest
from monitoring.types import Origin, Sample
from tests.monitoring.factories import counter

pytestmark = [
    pytest.mark.usefixtures("fresh_stores"),
    pytest.mark.django_db(transaction=True),
]


def values(samples: list[Sample], metric: str) -> dict[str, float]:
    return {
        next(iter(one.labels.values()), ""): one.value for one in samples if one.metric == metric
    }


def test_the_samples_stored_in_the_last_minute_are_counted(now: datetime) -> None:
    for age, number in ((90, 7), (61, 5), (59, 3), (0, 2)):
        at = now - timedelta(seconds=age)
        handed_in = counter(
            number,
            metric="ingest_samples_total",
            service=configured.SERVICE_NAME,
            at=at,
            origin="push",
            outcome="stored",
        )
        ingest([handed_in], origin=Origin.COLLECTOR, at=at)

    assert collected(now) == 5
    assert collected(now - timedelta(seconds=30)) == 8
    assert values(collect(now), "metrics_collected_last_minute") == {"": 5}


def test_nothing_committed_is_zero_not_absent(now: datetime) -> None:
    assert values(collect(now), "metrics_collected_last_minute") == {"": 0}


def test_what_waits_to_be_sealed_is_measured(now: datetime) -> None:
    nothing = collect(now)
    for samples in (2, 3):
        batch = [Sample("m", f"s{index}", 1.0, now) for index in range(samples)]
        ingest(batch, origin=Origin.PUSH, at=now)
    waiting = collect(now)

    for metric, figure in (("storage_unsealed_samples", 5), ("storage_unsealed_segments", 2)):
        assert values(nothing, metric) == {"": 0}
        assert values(waiting, metric) == {"": figure}


def test_every_routed_queue_is_measured_under_its_name(now: datetime) -> None:
    broker = redis.Redis.from_url(configured.REDIS_BROKER_URL)
    broker.delete(*queue_names())
    broker.rpush("alerts", b"a", b"b")
    broker.rpush("default", b"c")
    try:
        samples = collect(now)
    finally:
        broker.delete(*queue_names())
        broker.close()

    assert values(samples, "celery_queue_length") == {
        "alerts": 2,
        "collect": 0,
        "default": 1,
        "ml": 0,
        "storage": 0,
    }
    assert values(samples, "queue_size") == {"celery": 3}


def test_the_cache_hit_rate_is_the_share_of_lookups_that_found_something(now: datetime) -> None:
    flush_cache()
    forget_lookups()
    assert values(collect(now), "cache_hit_rate") == {}
    cache.set("key", 1)
    for key in ("key", "key", "key", "absent"):
        cache.get(key)

    usage = cache_usage()

    assert values(collect(now), "cache_hit_rate") == {"redis": usage.hit_rate_percent}
    assert 0 < usage.hit_rate_percent < 100


def forget_lookups() -> None:
    """Count from zero: sessions of other tests were looked up, and a flush keeps the counts."""
    default = cast("CountedCache", caches["default"])
    default._cache.get_client(write=True).delete(default._lookups)


def test_without_redis_the_rest_is_still_collected(
    settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_BROKER_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(own, "cache_usage", broker_redis().ping)  # fails the same way

    names = {one.metric for one in collect(now)}

    assert "metrics_collected_last_minute" in names
    assert not names & {"celery_queue_length", "queue_size", "cache_hit_rate"}


def test_redis_switched_off_has_no_queues(settings: Settings, now: datetime) -> None:
    settings.REDIS_HOST = ""

    names = {one.metric for one in collect(now)}

    assert not names & {"celery_queue_length", "queue_size"}


class Process:
    """A process as psutil shows it."""

    def __init__(self, *words: str, children: "list[Process] | None" = None) -> None:
        self.words = list(words)
        self.below = children or []
        self.above: list[Process] = []
        self.is_gone = False
        for child in self.below:
            for one in [child, *child.children(recursive=True)]:
                one.above.append(self)

    def cmdline(self) -> list[str]:
        if self.is_gone:
            raise psutil.NoSuchProcess(1)
        return self.words

    def parents(self) -> "list[Process]":
        return self.above

    def children(self, *, recursive: bool) -> "list[Process]":
        assert recursive
        return [one for child in self.below for one in [child, *child.children(recursive=True)]]

    def oneshot(self) -> "Process":
        return self

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        return

    def cpu_times(self) -> SimpleNamespace:
        return SimpleNamespace(user=2.0, children_user=0.5, system=9.0)

    def memory_info(self) -> SimpleNamespace:
        return SimpleNamespace(rss=100)


CELERY = ("celery", "-A", "config.celery")


def run_as(process: Process, monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[int, float]]:
    monkeypatch.setattr(psutil, "Process", lambda: process)
    return {
        role: (usage.resident_bytes, usage.cpu_user_seconds)
        for role, usage in usage_by_role().items()
    }


def test_processes_below_the_same_supervisor_are_added_up_by_role(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    child = Process(*CELERY, "worker", "-n", "collect@h")
    worker = Process(*CELERY, "worker", "-n", "collect@h", children=[child])
    web = Process("gunicorn", "config.wsgi:application")
    gone = Process(*CELERY, "beat")
    gone.is_gone = True
    stranger = Process("postgres", children=[Process("gunicorn", "other.wsgi")])
    shell = Process("make", "run", children=[worker, web, gone, stranger])
    Process("init", children=[shell, Process("gunicorn", "config.wsgi:application")])

    assert run_as(child, monkeypatch) == {"worker-collect": (200, 5.0), "web": (100, 2.5)}


def test_a_worker_that_is_the_first_process_of_its_container_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    child = Process(*CELERY, "worker")
    Process(*CELERY, "worker", children=[child])

    assert run_as(child, monkeypatch) == {"worker": (200, 5.0)}


def test_a_process_whose_family_cannot_be_read_counts_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alone = Process(*CELERY, "worker")

    def denied() -> list[Process]:
        raise psutil.AccessDenied(1)

    monkeypatch.setattr(alone, "parents", denied)

    assert run_as(alone, monkeypatch) == {"worker": (100, 2.5)}
