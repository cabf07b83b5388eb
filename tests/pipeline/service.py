"""The service as its real processes: web, worker, broker, mailbox; and what a client asks of them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import psutil
import requests
from celery import Celery
from kombu.exceptions import OperationalError

from config.embedded.ports import LOOPBACK, choose_port
from config.embedded.valkey import Valkey
from config.supervisor.process import kill_tree, log_tail, spawn, stop
from tests.tokens import bearer

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_SECONDS = 50.0
_POLL_SECONDS = 0.2
_STOP_SECONDS = 5.0
_PREFIX = "/api/v1/monitoring"

Found = TypeVar("Found")


class Service:
    """Web and worker on the database of the test, with a broker of their own.

    Beat is played by `wait_until`, which publishes `periodic` while it waits: a test decides itself
    when rules are evaluated. Alerts of a group wait for each other only where a test asks for it.
    """

    def __init__(self, directory: Path, broker: Valkey, *, database: str, **variables: str) -> None:
        self.broker = broker
        self.periodic = ["alerts.sweep_notifications"]
        """Tasks that are published each second while a test waits."""
        self._directory = directory
        self._port = choose_port(None, frozenset({broker.port}))
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._environ = {
            **os.environ,
            **broker.variables(),
            "DJANGO_SETTINGS_MODULE": "config.settings.service",
            "DB_NAME": database,
            "KAFKA_BROKERS": "",
            "DATA_DIR": str(directory),
            "LOG_FORMAT": "text",
            "PUBLIC_URL": self.url,
            "ALERT_GROUP_WAIT": "0s",
            **variables,
        }
        password = broker.variables()["REDIS_PASSWORD"]
        url = f"redis://:{password}@{LOOPBACK}:{broker.port}/0"
        # Publishing to a broker that is away must fail at once: it is what some tests are about.
        options = {"socket_connect_timeout": 1, "socket_timeout": 2}
        self._tasks = Celery("pipeline", broker=url, set_as_current=False)
        self._tasks.conf.update(broker_transport_options=options, task_publish_retry=False)

    @property
    def url(self) -> str:
        """Return where the web server listens."""
        return f"http://{LOOPBACK}:{self._port}"

    def start_web(self) -> None:
        """Start the web server as it runs in production; `api` waits for it."""
        server = ("-m", "gunicorn", "config.wsgi:application", "-k", "gthread", "--threads", "8")
        address = ("-b", f"{LOOPBACK}:{self._port}", "--graceful-timeout", "2")
        self._start("web", *server, *address)

    def start_worker(self, *, queues: str = "alerts") -> None:
        """Start a worker for the queue of alerts; what is published before it is up waits for it."""
        worker = ("-m", "celery", "-A", "config.celery", "worker", "-Q", queues, "-c", "2")
        quiet = ("-O", "fair", "--without-gossip", "--without-mingle", "--loglevel=INFO")
        self._start("worker", *worker, *quiet)

    def start_deliverd(self) -> None:
        """Start what sends without a broker."""
        self._start("deliverd", "manage.py", "deliverd")

    def worker_children(self) -> list[psutil.Process]:
        """Return the processes of the worker that carry out tasks."""
        return psutil.Process(self._processes["worker"].pid).children()

    def kill_worker(self) -> None:
        """kill -9 the worker and its children, as a power cut would."""
        kill_tree(self._processes.pop("worker"))

    def kill_web(self) -> None:
        """kill -9 the web server and its children."""
        kill_tree(self._processes.pop("web"))

    def keep_worker_alive(self) -> None:
        """Start the worker again if it has died, as the supervisor does."""
        if self._processes["worker"].poll() is not None:
            self.start_worker()

    def stop_web(self) -> None:
        """Stop the web server, as a restart does."""
        stop(self._processes.pop("web"), signal.SIGTERM, _STOP_SECONDS)

    def stop(self) -> None:
        """Stop all processes; no harm if they have stopped."""
        with ThreadPoolExecutor() as at_once:
            for process in self._processes.values():
                at_once.submit(stop, process, signal.SIGTERM, _STOP_SECONDS)
        self._tasks.close()

    def push(self, *samples: dict[str, Any]) -> None:
        """POST samples of the payment service with a monitoring token."""
        items = [{"service_name": "payment-service", **sample} for sample in samples]
        self.api("POST", "/metrics", role="monitoring", json=items)

    def api(self, method: str, path: str, *, role: str, **options: Any) -> Any:
        """Return the JSON answer of an endpoint of the monitoring API; see `ask`."""
        return self.ask(method, f"{_PREFIX}{path}", role=role, **options)

    def ask(self, method: str, path: str, *, role: str, **options: Any) -> Any:
        """Return the JSON answer of an endpoint, None of an empty one; waits for the server to come up."""
        url = f"{self.url}{path}"

        def answer() -> requests.Response | None:
            try:
                return requests.request(method, url, headers=bearer(role), timeout=30, **options)
            except requests.ConnectionError:
                return None

        response = self.wait_until(answer, f"{method} {path} is answered", sweep=False)
        assert response.ok, response.text
        return response.json() if response.content else None

    def send(self, task: str) -> None:
        """Publish a task, as beat does."""
        self._tasks.send_task(task, queue="alerts")

    def wait_until(
        self, look: Callable[[], Found | None], what: str, *, sweep: bool = True
    ) -> Found:
        """Return what `look` finds; meanwhile publish `periodic` each second, as beat does."""
        started = swept = time.monotonic()
        while time.monotonic() - started < DEADLINE_SECONDS:
            found = look()
            if found:
                return found
            if sweep and time.monotonic() - swept > 1:
                swept = time.monotonic()
                self._tick()
            time.sleep(_POLL_SECONDS)
        raise AssertionError(f"not within {DEADLINE_SECONDS:g} s: {what}\n{self._last_words()}")

    def _tick(self) -> None:
        with suppress(OperationalError):  # where the broker is away beat would miss this tick, too
            for task in self.periodic:
                self.send(task)

    def _start(self, name: str, *arguments: str) -> None:
        log = self._directory / f"{name}.log"
        self._processes[name] = spawn(
            [sys.executable, *arguments], log=log, environ=self._environ, cwd=ROOT
        )

    def _last_words(self) -> str:
        logs = sorted(self._directory.glob("*.log"))
        return "\n".join(f"--- {log.name}\n{log_tail(log, lines=40)}" for log in logs)
