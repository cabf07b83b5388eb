"""The tasks as the Celery app knows them."""

import subprocess
import sys

import pytest

from config.celery import app
from config.settings.celery import PERIODIC_TASKS

app.loader.import_default_modules()
OURS = sorted(name for name in app.tasks if not name.startswith("celery."))


def limit_of(name: str, kind: str) -> float:
    """Return a limit of a task in seconds: its own, or the app's."""
    own = getattr(app.tasks[name], kind)
    return float(app.conf[f"task_{kind}"] if own is None else own)


def test_there_are_tasks() -> None:
    assert len(OURS) > 15


@pytest.mark.parametrize("name", OURS)
def test_a_task_is_asked_to_end_before_it_is_killed(name: str) -> None:
    """Celery refuses to send a task whose soft limit is not below the hard one; either may be the app's."""
    assert limit_of(name, "soft_time_limit") < limit_of(name, "time_limit")


@pytest.mark.parametrize("name", OURS)
def test_no_task_outlives_the_time_after_which_the_broker_hands_it_out_again(name: str) -> None:
    visible_after = app.conf.broker_transport_options["visibility_timeout"]

    assert limit_of(name, "time_limit") < visible_after


def test_what_is_scheduled_exists() -> None:
    assert {task for task, _ in PERIODIC_TASKS.values()} <= set(OURS)


def test_the_web_process_calls_workers_by_the_broker_of_the_settings() -> None:
    code = (
        "import config.wsgi, celery, threading\n"
        "thread = threading.Thread(target=lambda: print(celery.current_app.main))\n"
        "thread.start(), thread.join()"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert said.stdout.strip() == app.main == "monitoring"
