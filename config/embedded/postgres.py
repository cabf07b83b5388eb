"""PostgreSQL 18 from a wheel: initialised once, started, recovered after a crash."""

import os
import shutil
import signal
import subprocess
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psutil
from psycopg import sql

from config.embedded import binaries
from config.embedded.engine import Engine
from config.embedded.errors import EmbeddedError
from config.embedded.ports import LOOPBACK
from config.embedded.privileges import RunAs, can_run, choose_run_as
from config.embedded.readiness import connect_postgres, postgres_answers
from config.supervisor.process import Identity, end_leftover

_MAJOR_VERSION = "18"
_USER = "postgres"


@dataclass(frozen=True, slots=True)
class PostgresOptions:
    """What differs between a service that keeps data and a run of tests."""

    password: str
    database: str = "tickettoken_db"
    max_connections: int = 100
    fsync: bool = True


class Postgres(Engine):
    """One cluster with one database; TCP on the loopback only, SCRAM passwords only."""

    name = "postgres"
    usual_port = 5432
    stop_signal = signal.SIGINT  # fast shutdown: SIGTERM would wait for the clients
    ready_seconds = 120.0  # crash recovery included

    def __init__(self, data_dir: Path, *, port: int, options: PostgresOptions) -> None:
        super().__init__(data_dir, port=port)
        self._options = options

    def variables(self) -> dict[str, str]:
        """Return DB_HOST, DB_PORT, DB_NAME, DB_USER and DB_PASSWORD."""
        return {
            "DB_HOST": LOOPBACK,
            "DB_PORT": str(self.port),
            "DB_NAME": self._options.database,
            "DB_USER": _USER,
            "DB_PASSWORD": self._options.password,
        }

    def is_ready(self) -> bool:
        """Run SELECT 1."""
        return postgres_answers(self.port, _USER, self._options.password)

    @cached_property
    def _identity_to_use(self) -> RunAs:
        program = binaries.postgres_directory() / "postgres"
        return choose_run_as(os.geteuid(), lambda way: can_run(way, program, self.home))

    def _run_as(self) -> RunAs:
        return self._identity_to_use

    def _prepare(self) -> None:
        self.home.parent.mkdir(parents=True, exist_ok=True)
        version = self.home / "PG_VERSION"
        if not version.exists():
            self._initialise()
        elif version.read_text(encoding="ascii").strip() != _MAJOR_VERSION:
            raise EmbeddedError(
                f"{self.home} was written by PostgreSQL {version.read_text().strip()}, this is "
                f"{_MAJOR_VERSION}: dump it with the old version, or choose another --data-dir"
            )
        self._run_as().hand_over(self.home)
        self._clear_stale_pid()

    def _initialise(self) -> None:
        """Make the cluster beside its place, so that a killed initdb leaves no half of one."""
        draft = self.home.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password_file = draft.with_name("postgres.password")
        password_file.touch(mode=0o600)
        password_file.write_text(self._options.password, encoding="ascii")
        try:
            self._run_as().hand_over(draft)
            self._run_as().hand_over(password_file)
            self._run_initdb(draft, password_file)
        finally:
            password_file.unlink()
        draft.rename(self.home)

    def _run_initdb(self, directory: Path, password_file: Path) -> None:
        run_as = self._run_as()
        arguments = [
            f"--pgdata={directory}",
            f"--username={_USER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            *([] if self._options.fsync else ["--no-sync"]),
        ]
        initdb = str(binaries.postgres_directory() / "initdb")
        done = subprocess.run(  # noqa: S603 - the argument list is ours, no shell is involved
            [*run_as.prefix, initdb, *arguments],
            user=run_as.user,
            group=run_as.group,
            cwd=directory,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise EmbeddedError(f"initdb failed:\n{done.stdout[-1_000:]}{done.stderr[-1_000:]}")

    def _clear_stale_pid(self) -> None:
        """End a server that outlived its owner; forget a pid that now belongs to somebody else.

        After a reboot PostgreSQL itself refuses to start if any process of the
        same user has the pid written in its file.
        """
        pid_file = self.home / "postmaster.pid"
        try:
            pid = int(pid_file.read_text(encoding="ascii").split("\n", 1)[0])
            process = psutil.Process(pid)
            if process.cwd() == str(self.home.resolve()):
                end_leftover(Identity.of(pid), self.stop_signal, self.stop_seconds)
        except FileNotFoundError:
            return
        except (ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
            pass  # nobody of ours: the file alone is left
        pid_file.unlink(missing_ok=True)

    def _command(self) -> list[str]:
        return [
            str(binaries.postgres_directory() / "postgres"),
            f"-D{self.home}",
            *(f"-c{name}={value}" for name, value in self._settings().items()),
        ]

    def _settings(self) -> dict[str, str]:
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": str(self._options.max_connections),
            "password_encryption": "scram-sha-256",
            "idle_in_transaction_session_timeout": "30s",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "max_wal_size": "512MB",
        }
        if not self._options.fsync:
            settings |= {"fsync": "off", "full_page_writes": "off"}
        return settings

    def wait_until_ready(self) -> None:
        """Wait for the answer, then create the database if it is the first time."""
        super().wait_until_ready()
        name = self._options.database
        with closing(connect_postgres(self.port, _USER, self._options.password)) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if known.fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
