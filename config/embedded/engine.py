"""What the three engines have in common: start, wait for a real answer, stop, kill, restart."""

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from config.embedded.errors import EmbeddedError
from config.embedded.privileges import RunAs
from config.supervisor.process import Identity, kill_tree, log_tail, spawn, stop

_POLL_SECONDS = 0.05


class Engine(ABC):
    """One server on 127.0.0.1. Port and data are the same after a restart.

    Start it from the main thread: the server ends when the starting thread does.
    """

    name: ClassVar[str]
    usual_port: ClassVar[int]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    ready_seconds: ClassVar[float] = 60.0
    stop_seconds: ClassVar[float] = 20.0

    def __init__(self, data_dir: Path, *, port: int) -> None:
        self.home = data_dir / self.name
        self.log = data_dir / "logs" / f"{self.name}.log"
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def variables(self) -> dict[str, str]:
        """Return the environment variables by which the service finds this engine."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Tell whether it answers a real question now."""

    @abstractmethod
    def _command(self) -> list[str]: ...

    def _prepare(self) -> None:
        """Make the data directory usable, also after a crash; nobody else may look into it."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _run_as(self) -> RunAs:
        return RunAs()

    @property
    def pid(self) -> int | None:
        """Return the pid of the running server, None if it does not run."""
        if self._process is None or self._process.poll() is not None:
            return None
        return self._process.pid

    @property
    def identity(self) -> Identity | None:
        """Return what a later run needs to recognise the server."""
        return None if self.pid is None else Identity.of(self.pid)

    def start(self) -> None:
        """Start the server and wait until it answers. Raises EmbeddedError."""
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start the process without waiting; nothing happens if it runs."""
        if self.pid is not None:
            return
        self._prepare()
        run_as = self._run_as()
        self._process = spawn(
            [*run_as.prefix, *self._command()],
            log=self.log,
            environ={"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC"},
            cwd=self.home,
            death_signal=self.stop_signal,
            user=run_as.user,
        )

    def wait_until_ready(self) -> None:
        """Wait for the answer. Raises EmbeddedError with the end of its log."""
        deadline = time.monotonic() + self.ready_seconds
        while not self.is_ready():
            if self.pid is None:
                raise EmbeddedError(self._complaint("stopped while starting"))
            if time.monotonic() > deadline:
                raise EmbeddedError(self._complaint("does not answer"))
            time.sleep(_POLL_SECONDS)

    def stop(self) -> bool:
        """Stop in good order; False if it had to be killed."""
        process, self._process = self._process, None
        return process is None or stop(process, self.stop_signal, self.stop_seconds)

    def kill(self) -> None:
        """SIGKILL the server and its children, as a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            kill_tree(process)

    def restart(self) -> None:
        """Stop if it runs, start again: same port, same data."""
        self.stop()
        self.start()

    def _complaint(self, what: str) -> str:
        return (
            f"{self.name} {what} on port {self.port}; {self.log} ends with:\n{log_tail(self.log)}"
        )
