"""The start, step by step. What it has started so far can be stopped at any moment."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from config.embedded import EmbeddedStack
from config.embedded.ports import choose_port
from config.embedded.secret_file import SecretFile
from config.supervisor.files import PRIVATE, replace_file
from config.supervisor.lock import FileLock
from config.supervisor.process import log_tail
from config.supervisor.stop_request import StopRequest
from config.supervisor.supervisor import Supervisor
from config.up import preflight, smoke
from config.up.addresses import Addresses, choose_addresses
from config.up.environment import GENERATED, shared_environment
from config.up.errors import StartError
from config.up.installation import Installation
from config.up.leftovers import end_leftovers
from config.up.log_size import begin_logs
from config.up.preparation import prepare
from config.up.programs import ProgramList
from config.up.steps import Steps

STEPS = 6
_READY_SECONDS = 120.0
_SAMPLE_SECONDS = 90.0
# Written by a task of ours, and by nothing that the demo pushes: it proves broker, worker, database and web.
_SMOKE_METRIC = "system_memory_usage_bytes"
_OFF = frozenset({"", "0", "false", "no", "off"})
_HOPELESS_FAILURES = 3
_INDISPENSABLE = frozenset({"web", "worker"})


class Start:
    """Everything one run has started, in the order in which it is started."""

    def __init__(
        self, place: Installation, environ: Mapping[str, str], steps: Steps, request: StopRequest
    ) -> None:
        self._place = place
        self._environ = environ
        self._steps = steps
        self._request = request
        self._lock = FileLock(place.data_dir / "up.lock")
        self.stack = EmbeddedStack(place.data_dir, environ)
        self.supervisor = Supervisor([])
        self.addresses = Addresses(web=0, flower=0)
        self.secrets: Mapping[str, str] = {}
        self._began = datetime.now(UTC)

    def run(self) -> None:
        """Start everything. Raises StartError, EmbeddedError or StopAskedError."""
        with self._steps.step("pre-flight"):
            self._check()
        for line in self.addresses.moved:
            self._steps.say(f"      {line}")
        with self._steps.step("secrets"):
            self.secrets = SecretFile(self._place.secrets).ensure(GENERATED)
        with self._steps.step("engines"):
            self.stack.start()
        for engine in self.stack:
            self._steps.say(f"      {engine.name} on 127.0.0.1:{engine.port}")
        shared = self._shared_environment()
        with self._steps.step("database, default rules, admin"):
            prepare(self._place, shared, self._request)
        self._start_processes(shared)
        self._smoke_test()

    @property
    def has_begun(self) -> bool:
        """Tell whether there may be something to stop."""
        return self._lock.is_held

    def stop(self) -> bool:
        """Stop processes, then engines; False if something had to be killed."""
        processes = self.supervisor.stop()
        self._place.processes.unlink(missing_ok=True)
        engines = self.stack.stop()
        self._lock.release()
        return processes and engines

    def _check(self) -> None:
        preflight.check(self._place.data_dir)
        self._lock.acquire()
        end_leftovers(self._place)  # first: they may hold the usual ports
        with_demo = self._environ.get("DEMO", "1").strip().lower() not in _OFF
        self.addresses = choose_addresses(self._environ, with_demo=with_demo, choose=choose_port)
        begin_logs(self._place.logs)

    def _shared_environment(self) -> dict[str, str]:
        """Return what all processes are told, and keep it for `make token` and its like."""
        shared = shared_environment(
            self._environ,
            secrets=self.secrets,
            engines=self.stack.env,
            addresses=self.addresses,
            data_dir=self._place.data_dir,
        )
        saved = {name: value for name, value in shared.items() if self._environ.get(name) != value}
        replace_file(self._place.environment, json.dumps(saved, indent=2), mode=PRIVATE)
        return shared

    def _start_processes(self, shared: Mapping[str, str]) -> None:
        programs = ProgramList(self._place, shared, self.addresses).all()
        self.supervisor = Supervisor(programs, report=self._steps.say)
        with self._steps.step("processes") as show:

            def decided() -> bool:
                show(f"waiting for {', '.join(self.supervisor.unready)}")
                return not self.supervisor.unready or self._is_hopeless()

            self.supervisor.start()
            smoke.wait_until(decided, self.supervisor, self._request, seconds=_READY_SECONDS)
        self._judge_unready()

    def _is_hopeless(self) -> bool:
        """Tell whether web or worker ends again and again: waiting longer would not help."""
        return any(
            child.state.failures >= _HOPELESS_FAILURES
            for child in self.supervisor.children
            if child.program.name in _INDISPENSABLE
        )

    def _judge_unready(self) -> None:
        """Give up without web or worker; anything else may still come."""
        for child in self.supervisor.children:
            name = child.program.name
            if name not in self.supervisor.unready:
                continue
            if name in _INDISPENSABLE:
                end = log_tail(child.program.log, 25)
                raise StartError(f"{name} is not ready; {child.program.log} ends with:\n{end}")
            self._steps.say(f"      {name} is not ready yet; its log: {child.program.log}")

    def _smoke_test(self) -> None:
        base_url = self.addresses.base_url
        token = self._place.admin_token.read_text(encoding="utf-8").strip()
        with self._steps.step("smoke test: a sample collected by a task"):
            status = smoke.health(base_url)
            stored = smoke.wait_until(
                lambda: smoke.has_sample(base_url, _SMOKE_METRIC, since=self._began, token=token),
                self.supervisor,
                self._request,
                seconds=_SAMPLE_SECONDS if token else 0.0,
            )
        self._steps.say(f"      GET /health says {status}")
        if not token:
            self._steps.say("      without a token the stored sample could not be looked up")
        elif not stored:
            log = self._place.logs / "worker.log"
            self._steps.say(f"      no {_SMOKE_METRIC} after {_SAMPLE_SECONDS:.0f} s; see {log}")
