"""A process is recognised by its command line."""

import pytest

from monitoring.exposition.roles import role_of

CELERY = ["python", "-m", "celery", "-A", "config.celery"]


@pytest.mark.parametrize(
    ("command_line", "role"),
    [
        (["/v/bin/gunicorn", "config.wsgi:application", "-k", "gthread"], "web"),
        (["gunicorn", "config.wsgi"], "web"),
        (["python", "manage.py", "runserver"], "web"),
        (["python", "/srv/manage.py", "consume_streams"], "consumer"),
        ([*CELERY, "beat", "-S", "config.scheduler.LeasedScheduler"], "beat"),
        (["/v/bin/celery", "-A", "config.celery:app", "flower"], "flower"),
        ([*CELERY, "worker"], "worker"),
        ([*CELERY, "worker", "-n", "alerts@%h", "-Q", "alerts"], "worker-alerts"),
        ([*CELERY, "worker", "--hostname=ml@host"], "worker-ml"),
        ([*CELERY, "worker", "--hostname", "ml@host"], "worker-ml"),
        ([*CELERY, "worker", "-n"], "worker"),
        ([*CELERY, "worker", "-n", "@host"], "worker"),
        ([*CELERY, "inspect", "ping"], None),
        (["celery", "-A", "other.project", "worker"], None),
        (["python", "manage.py", "migrate"], None),
        (["postgres", "-D", "/data"], None),
        ([], None),
    ],
)
def test_the_role_is_read_from_the_command_line(command_line: list[str], role: str | None) -> None:
    assert role_of(command_line) == role
