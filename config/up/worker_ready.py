"""Loaded into a Celery worker by --include: tells the supervisor when tasks are taken, and that they are done.

A log would tell it too, but only at some log levels.
"""

import os
from pathlib import Path
from typing import Any

from celery.signals import task_postrun, worker_ready

from monitoring.pulse import beat

VARIABLE = "WORKER_READY_FILE"


@worker_ready.connect
def say_ready(**_arguments: Any) -> None:
    """Make the file that the environment names."""
    path = os.environ.get(VARIABLE)
    if path:
        Path(path).touch()


@task_postrun.connect
def say_done(**_arguments: Any) -> None:
    """Give a sign of life after each task, however it ended."""
    beat()
