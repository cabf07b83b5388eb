"""How to tell from outside that a process is ready."""

import socket
from collections.abc import Callable
from pathlib import Path

import requests

from config.embedded.ports import LOOPBACK

_TIMEOUT_SECONDS = 2.0


def answers(url: str) -> bool:
    """Tell whether something answers there by HTTP, whatever it says."""
    try:
        requests.get(url, timeout=_TIMEOUT_SECONDS)
    except requests.RequestException:
        return False
    return True


def listens(port: int) -> bool:
    """Tell whether something listens on the loopback port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=_TIMEOUT_SECONDS):
            return True
    except OSError:
        return False


def appeared(path: Path) -> Callable[[], bool]:
    """Return a check for a file that the process makes when it is ready.

    A file that was seen is removed: the next start has to make it anew.
    """

    def check() -> bool:
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        return True

    return check
