"""PostgreSQL is killed, and a critical mail arrives all the same: sent by the watchdog, without any database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from config.demo.mailbox import Mailbox
from config.embedded import EmbeddedStack, StackOptions
from config.embedded.postgres import Postgres
from config.supervisor.process import log_tail, spawn, stop
from tests.pipeline.service import ROOT

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(300)]

_DEADLINE_SECONDS = 40.0


@pytest.fixture
def environment(tmp_path: Path, mailbox: Mailbox) -> Iterator[tuple[Postgres, dict[str, str]]]:
    """A PostgreSQL that may be killed, with the tables, and no broker at all."""
    folder = tmp_path / "engines"
    folder.mkdir()
    others = {"REDIS_HOST": "127.0.0.1", "KAFKA_BROKERS": ""}
    options = StackOptions(max_connections=20, usual_ports=False, fsync=False)
    with EmbeddedStack(folder, others, options) as stack:
        assert stack.postgres is not None
        environ = {
            **os.environ,
            **stack.env,
            "DJANGO_SETTINGS_MODULE": "config.settings.service",
            "DATA_DIR": str(tmp_path),
            "REDIS_HOST": "127.0.0.1",
            "REDIS_PORT": "9",
            "KAFKA_BROKERS": "",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(mailbox.port),
            "ALERT_TO_EMAIL": "ops@tickettoken.example",
            "WATCHDOG_INTERVAL": "500ms",
            "WATCHDOG_PATIENCE": "2s",
            "LOG_FORMAT": "text",
        }
        command = [sys.executable, "manage.py", "migrate", "--skip-checks", "-v0"]
        subprocess.run(command, cwd=ROOT, env=environ, check=True)
        yield stack.postgres, environ


@pytest.fixture
def watchdog(
    environment: tuple[Postgres, dict[str, str]], tmp_path: Path
) -> Iterator[subprocess.Popen[bytes]]:
    process = spawn(
        [sys.executable, "manage.py", "watchdog"],
        log=tmp_path / "watchdog.log",
        environ=environment[1],
        cwd=ROOT,
    )
    yield process
    stop(process, signal.SIGTERM, 5)


def test_people_are_told_while_the_database_is_away(
    environment: tuple[Postgres, dict[str, str]],
    watchdog: subprocess.Popen[bytes],
    mailbox: Mailbox,
    tmp_path: Path,
) -> None:
    postgres, _ = environment
    wait_for(lambda: connections_of(postgres) > 0, tmp_path)

    postgres.kill()
    wait_for(lambda: len(mailbox.messages) == 1, tmp_path)
    postgres.start()
    wait_for(lambda: len(mailbox.messages) == 2, tmp_path)
    wait_for(lambda: rows_of(postgres) == [("firing", "sent"), ("resolved", "sent")], tmp_path)

    subjects = [mail.subject for mail in mailbox.messages]
    title = "The monitoring service cannot reach its database"
    assert [subject.startswith(f"[critical] {title}") for subject in subjects] == [True, True]
    assert [subject.split("(")[-1] for subject in subjects] == ["firing)", "resolved)"]
    assert watchdog.poll() is None


def wait_for(condition: Callable[[], bool], directory: Path) -> None:
    """Look again until it holds."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, log_tail(directory / "watchdog.log", lines=40)
        time.sleep(0.1)


def connections_of(postgres: Postgres) -> int:
    """Return how many clients PostgreSQL has beside this one."""
    rows = ask(postgres, "SELECT count(*) - 1 FROM pg_stat_activity WHERE datname IS NOT NULL")
    return int(rows[0][0]) if rows else 0


def rows_of(postgres: Postgres) -> list[tuple[str, str]]:
    """Return what the ledger says."""
    query = "SELECT kind, status FROM notifications ORDER BY transition_seq"
    return [(kind, status) for kind, status in ask(postgres, query)]


def ask(postgres: Postgres, query: str) -> list[tuple[str, ...]]:
    """Return the rows of a query; none while PostgreSQL starts."""
    variables = postgres.variables()
    try:
        with psycopg.connect(
            host=variables["DB_HOST"],
            port=int(variables["DB_PORT"]),
            user=variables["DB_USER"],
            password=variables["DB_PASSWORD"],
            dbname=variables["DB_NAME"],
        ) as connection:
            return connection.execute(query).fetchall()
    except psycopg.OperationalError:
        return []
