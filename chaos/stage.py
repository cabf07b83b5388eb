"""Everything that the run needs, on free ports in one directory: engines, service processes, the receiver."""

import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from config.embedded import EmbeddedStack, StackOptions
from config.embedded.ports import choose_port
from config.supervisor.program import Child, Program
from config.supervisor.restarting import RestartPolicy
from config.supervisor.supervisor import Report, Supervisor
from config.up import worker_ready
from config.up.readiness import listens
from monitoring.pulse import VARIABLE as PULSE

ROOT = Path(__file__).resolve().parents[1]
EVALUATION_SECONDS = 5
# Kills come every second or two here: waits that double would only measure themselves.
POLICY = RestartPolicy(first=1.0, longest=2.0)
_CELERY = ("-m", "celery", "-A", "config.celery")
_WORKER = ("worker", "-Q", "alerts,default", "-c", "3", "-O", "fair")
_QUIET = ("--without-gossip", "--without-mingle", "--loglevel=WARNING")
_SIGNS = f"--include={worker_ready.__name__}"
_BEAT = ("beat", "--scheduler", "config.scheduler:LeasedScheduler", "--pidfile=")


class Stage:
    """Started by `with`; `environ` is what every process of the run gets."""

    def __init__(
        self, directory: Path, *, refuse: float, seed: int, report: Report, quick: bool
    ) -> None:
        self._directory = directory
        self._arguments = ("--refuse", str(refuse), "--seed", str(seed))
        self._report = report
        self._quick = quick
        self.received = directory / "received.txt"
        engines = {"KAFKA_BROKERS": ""}
        self.engines = EmbeddedStack(
            directory / "engines", engines, StackOptions(usual_ports=False, fsync=not quick)
        )
        self.environ: dict[str, str] = {}
        self.supervisor = Supervisor([])

    def __enter__(self) -> Self:
        (self._directory / "engines").mkdir(parents=True)
        self.engines.start()
        try:
            self._prepare()
        except BaseException:
            self.engines.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.supervisor.stop()
        self.engines.stop()

    def tick(self) -> None:
        """Start again what died: engines at once, processes by their policy."""
        self.engines.revive()
        self.supervisor.tick()

    def child(self, name: str) -> Child:
        """Return a supervised process."""
        return next(each for each in self.supervisor.children if each.program.name == name)

    def is_at_work(self, name: str) -> bool:
        """Tell whether a process has done anything since it was started; one that has not cannot be disturbed."""
        child = self.child(name)
        pulse = self._pulse(name)
        if child.pid is None or not pulse.exists():
            return False
        return pulse.stat().st_mtime > psutil.Process(child.pid).create_time()

    def _pulse(self, name: str) -> Path:
        return self._directory / f"{name}.pulse"

    def _prepare(self) -> None:
        port = choose_port(None, frozenset(engine.port for engine in self.engines))
        self.environ = {**os.environ, **self._variables(port), **self.engines.env}
        for command in (("migrate", "-v0"), ("load_defaults",)):
            subprocess.run(  # noqa: S603 - our own command
                [sys.executable, "manage.py", *command, "--skip-checks"],
                cwd=ROOT,
                env=self.environ,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        self.received.touch()
        receiver = ("-m", "chaos.receiver", "--port", str(port), "--file", str(self.received))
        self.supervisor = Supervisor(
            [
                self._program("receiver", *receiver, *self._arguments, port=port),
                self._program("worker", *_CELERY, *_WORKER, *_QUIET, _SIGNS),
                self._program("beat", *_CELERY, *_BEAT, "--loglevel=WARNING"),
            ],
            policy=POLICY,
            report=self._report,
        )
        self.supervisor.start()

    def _variables(self, port: int) -> Mapping[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "config.settings.service",
            "DJANGO_SECRET_KEY": secrets.token_urlsafe(48),
            "JWT_SECRET": secrets.token_urlsafe(48),
            "DATA_DIR": str(self._directory / "data"),
            "KAFKA_BROKERS": "",
            "NOTIFY_MODE": "direct",
            "SMTP_HOST": "",
            "ALERT_WEBHOOK_URL": f"http://127.0.0.1:{port}/",
            "OUTBOUND_ALLOWED_HOSTS": "127.0.0.1",
            "ALERT_EVALUATION_INTERVAL": str(EVALUATION_SECONDS),
            "LOG_LEVEL": "error",
        }

    def _program(self, name: str, *arguments: str, port: int | None = None) -> Program:
        return Program(
            name=name,
            argv=[sys.executable, *arguments],
            environ={**self.environ, PULSE: str(self._pulse(name))},
            log=self._directory / f"{name}.log",
            cwd=ROOT,
            ready=None if port is None else lambda: listens(port),
        )
