"""Which part of the service a process is, read from its command line. Pure."""

from collections.abc import Sequence
from pathlib import PurePath

OTHER = "other"
_CELERY_PARTS = ("worker", "beat", "flower")


def role_of(command_line: Sequence[str]) -> str | None:
    """Return web, worker-NAME, beat, flower or consumer; None if it is no part of the service.

    A worker is told apart from its siblings by the node name before the @ of `-n NAME@host`.
    """
    words = [PurePath(word).name for word in command_line]
    if any(word.startswith("config.wsgi") or word == "runserver" for word in words):
        return "web"
    if "consume_streams" in words:
        return "consumer"
    if "celery" in words and any(word.startswith("config.celery") for word in words):
        part = next((word for word in words if word in _CELERY_PARTS), None)
        return _worker_role(command_line) if part == "worker" else part
    return None


def _worker_role(command_line: Sequence[str]) -> str:
    node = ""
    for word, following in zip(command_line, [*command_line[1:], ""], strict=True):
        if word in ("-n", "--hostname"):
            node = following
        elif word.startswith("--hostname="):
            node = word.removeprefix("--hostname=")
    name = node.partition("@")[0]
    return f"worker-{name}" if name else "worker"
