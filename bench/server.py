"""A server under measurement: started on a free port of the loopback, stopped by its process."""

import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.processes import cpu_seconds
from config.embedded.ports import LOOPBACK, choose_port
from config.supervisor.process import log_tail, spawn, stop

_READY_SECONDS = 60
_STOP_SECONDS = 30
_QUIET_SECONDS = 3
_IDLE_CPU = 0.05


class Server(ABC):
    """One process with its data in a directory of its own."""

    name: str

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = choose_port(None)
        self._process: subprocess.Popen[bytes] | None = None
        self._client = HTTPConnection(LOOPBACK, self.port, timeout=_READY_SECONDS)

    def __enter__(self) -> Self:
        self.directory.mkdir(parents=True, exist_ok=True)
        self._process = spawn(self.command(), log=self._log, environ=self.environ(), cwd=Path.cwd())
        self._wait_until_ready()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            stop(self._process, signal.SIGTERM, _STOP_SECONDS)

    @property
    def base(self) -> str:
        """Return where it listens."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def pids(self) -> Sequence[int]:
        """Return the processes whose CPU time counts as the server's."""
        return [] if self._process is None else [self._process.pid]

    @abstractmethod
    def command(self) -> list[str]:
        """Return how it is started."""

    @abstractmethod
    def environ(self) -> Mapping[str, str]:
        """Return the environment that it is started with."""

    @abstractmethod
    def ready_path(self) -> str:
        """Return a path that answers once it is ready."""

    def headers(self) -> Mapping[str, str]:
        """Return what every request carries."""
        return {}

    def get(self, path: str) -> bytes:
        """Return the body of an answer, over a connection that is kept, as Grafana does.

        Raises OSError, also for a status of 400 or more.
        """
        try:
            return self._ask(path)
        except (OSError, HTTPException):  # the server closed the kept connection, or was not up yet
            self._client.close()
            return self._ask(path)

    def _ask(self, path: str) -> bytes:
        self._client.request("GET", path, headers=dict(self.headers()))
        answer = self._client.getresponse()
        body = answer.read()
        if answer.status >= 400:
            raise OSError(f"{path}: {answer.status} {body[:200]!r}")
        return body

    def settle(self, *, most_seconds: int = 300) -> float:
        """Wait until it has been idle for a few seconds; return the CPU seconds spent meanwhile."""
        before = last = cpu_seconds(self.pids)
        calm = 0
        for _ in range(most_seconds):
            time.sleep(1)
            now = cpu_seconds(self.pids)
            calm = calm + 1 if now - last < _IDLE_CPU else 0
            last = now
            if calm >= _QUIET_SECONDS:
                break
        return last - before

    @property
    def _log(self) -> Path:
        return self.directory / f"{self.name}.log"

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                break
            try:
                self.get(self.ready_path())
            except (OSError, HTTPException):
                self._client.close()
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(f"{self.name} did not start:\n{log_tail(self._log, lines=20)}")


def bytes_below(directory: Path) -> int:
    """Return the size of all files of a directory."""
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
