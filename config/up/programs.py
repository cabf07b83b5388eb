"""The processes of the service: their commands, their environment, when each is ready."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals

from config.embedded.ports import LOOPBACK
from config.supervisor.program import Program
from config.up import worker_ready
from config.up.addresses import Addresses
from config.up.environment import demo_environment
from config.up.installation import Installation
from config.up.readiness import answers, appeared, listens
from monitoring.pulse import VARIABLE as PULSE

# Whatever makes work stops first, then the workers.
WORKER_TIER, SOURCE_TIER = 0, 1
# Training and the view of the queues give way to alerts and the web.
_MODEST = 10
_CELERY = ("-m", "celery", "-A", "config.celery")


@dataclass(frozen=True, slots=True)
class ProgramList:
    """Everything the commands depend on."""

    place: Installation
    shared: Mapping[str, str]
    addresses: Addresses

    def all(self) -> list[Program]:
        """Return the processes of this run in the order of starting."""
        listed = [
            self._web(),
            # Sweeps come every few seconds: this worker and beat are never idle for long.
            self._worker("worker", "main", queues="alerts,default,storage", children=3, pulse=True),
            # Of its own: services that do not answer hold a probe for seconds, and no alert may wait for that.
            self._worker("collect", "collect", queues="collect", children=2, pulse=True),
            self._worker("ml", "ml", queues="ml", children=1, nice=_MODEST),
            self._beat(),
            self._program("watchdog", "manage.py", "watchdog", nice=_MODEST, pulse=True),
        ]
        if self.shared["KAFKA_BROKERS"]:
            listed.append(self._program("stream", "manage.py", "consume_streams"))
        if self.addresses.control is not None:
            listed.append(self._demo(self.addresses.control))
        return [*listed, self._flower()]

    def _web(self) -> Program:
        """One process; its threads share a pool of connections that is smaller than they are many."""
        return self._program(
            "web",
            *("-m", "gunicorn", "config.wsgi:application", "-k", "gthread", "--threads", "32"),
            *("-b", f"{LOOPBACK}:{self.addresses.web}", "--graceful-timeout", "3"),
            "--no-control-socket",  # it would lie in the home directory, shared by all installations
            ready=lambda: answers(f"{self.addresses.base_url}/health"),
            environ={"DB_POOL": "1", **self.shared},
            death_signal=SIGTERM,
        )

    def _worker(
        self,
        name: str,
        node: str,
        *,
        queues: str,
        children: int,
        nice: int = 0,
        pulse: bool = False,
    ) -> Program:
        """A Celery worker that takes one task for each child, and gossips with nobody."""
        signal_file = self.place.data_dir / f"{name}.ready"
        return self._program(
            name,
            *(*_CELERY, "worker", "-n", f"{node}@%h", "-Q", queues, "-c", str(children)),
            *("-O", "fair", "--without-gossip", "--without-mingle", self._log_level),
            f"--include={worker_ready.__name__}",
            tier=WORKER_TIER,
            ready=appeared(signal_file),
            environ={**self.shared, worker_ready.VARIABLE: str(signal_file)},
            nice=nice,
            pulse=pulse,
        )

    def _beat(self) -> Program:
        scheduler = ("--scheduler", "config.scheduler:LeasedScheduler", "--pidfile=")
        return self._program("beat", *_CELERY, "beat", *scheduler, self._log_level, pulse=True)

    def _flower(self) -> Program:
        """Flower; its password comes by the environment, because arguments show in `ps`."""
        port = self.addresses.flower
        password = self.shared["FLOWER_PASSWORD"]
        return self._program(
            "flower",
            *(*_CELERY, "flower", f"--address={LOOPBACK}", f"--port={port}", "--url_prefix=flower"),
            ready=lambda: listens(port),
            environ={**self.shared, "FLOWER_BASIC_AUTH": f"admin:{password}"},
            nice=_MODEST,
        )

    def _demo(self, control: int) -> Program:
        return self._program(
            "demo",
            *("-m", "config.demo"),
            ready=lambda: listens(control),
            environ=demo_environment(self.shared, self.addresses, self.place.demo_token),
        )

    def _program(
        self,
        name: str,
        *argv: str,
        tier: int = SOURCE_TIER,
        ready: Callable[[], bool] | None = None,
        environ: Mapping[str, str] | None = None,
        death_signal: Signals = SIGKILL,
        nice: int = 0,
        pulse: bool = False,
    ) -> Program:
        environ = self.shared if environ is None else environ
        pulse_file = self.place.data_dir / f"{name}.pulse" if pulse else None
        return Program(
            name=name,
            argv=[sys.executable, *argv],
            environ={**environ, PULSE: str(pulse_file)} if pulse else environ,
            log=self._log(name),
            cwd=self.place.root,
            tier=tier,
            ready=ready,
            death_signal=death_signal,
            nice=nice,
            pulse=pulse_file,
        )

    @property
    def _log_level(self) -> str:
        """Celery sets the root logger to its own level, which would silence ours."""
        return f"--loglevel={self.shared.get('LOG_LEVEL', 'info').upper()}"

    def _log(self, name: str) -> Path:
        return self.place.logs / f"{name}.log"
