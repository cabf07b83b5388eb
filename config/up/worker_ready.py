"""Loaded into a Celery worker by --include: tells the supervisor when tasks are taken.

A log would tell it too, but only at some log levels.
"""

import os
from pathlib import Path
from typing import Any

from celery.signals import worker_ready

VARIABLE = "WORKER_READY_FILE"


@worker_ready.connect
def say_ready(**_arguments: Any) -> None:
    """Make the file that the environment names."""
    path = os.environ.get(VARIABLE)
    if path:
        Path(path).touch()
