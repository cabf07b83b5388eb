"""Real beat processes on a real PostgreSQL: one ticks, and the other takes over."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.scheduler import Lease
from tests.monitoring.waiting import until

ROOT = Path(__file__).resolve().parents[2]
QUEUE = "lease-test"
BROKER_DATABASE = 9

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    url = settings.REDIS_BROKER_URL.rpartition("/")[0] + f"/{BROKER_DATABASE}"
    client = redis.Redis.from_url(url)
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def beats(broker: redis.Redis, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Return what starts a real beat on the test's database; its log is in tmp_path/PID."""
    database = connection.settings_dict
    environ = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.service",
        "DB_NAME": database["NAME"],
        "REDIS_BROKER_DB": str(BROKER_DATABASE),
        "KAFKA_BROKERS": "",
        "LOG_FORMAT": "text",
        "LOG_LEVEL": "info",
    }
    running: list[subprocess.Popen[bytes]] = []
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "beat", "--pidfile="]
    command += ["-l", "info", "-S", "config.scheduler.LeasedScheduler"]

    def start() -> subprocess.Popen[bytes]:
        log = tmp_path / f"beat-{len(running)}"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environ,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()


def said(tmp_path: Path, number: int, words: str) -> bool:
    return words in (tmp_path / f"beat-{number}").read_text(encoding="utf-8")


def test_of_two_beat_processes_one_ticks_and_the_other_takes_over_when_it_is_killed(
    beats: Callable[[], subprocess.Popen[bytes]], broker: redis.Redis, tmp_path: Path
) -> None:
    interval = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(name="tick", task="tests.tick", interval=interval, queue=QUEUE)
    first = beats()
    assert until(lambda: said(tmp_path, 0, "beat leads"))
    second = beats()
    assert until(lambda: said(tmp_path, 1, "beat stands by"))

    broker.delete(QUEUE)
    began = time.monotonic()
    assert until(lambda: broker.llen(QUEUE) >= 4)
    elapsed = time.monotonic() - began
    assert broker.llen(QUEUE) <= elapsed + 1.5  # two beats would have sent twice as many

    first.send_signal(signal.SIGKILL)
    first.wait()
    assert until(lambda: said(tmp_path, 1, "beat leads"))
    broker.delete(QUEUE)
    assert until(lambda: broker.llen(QUEUE) >= 2)
    assert second.poll() is None


def test_a_beat_that_is_asked_to_stop_makes_room(
    beats: Callable[[], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    first = beats()
    assert until(lambda: said(tmp_path, 0, "beat leads"))

    first.terminate()
    first.wait(timeout=30)
    lease = Lease()

    assert lease.hold()
    lease.release()
