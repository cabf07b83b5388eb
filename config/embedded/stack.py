"""The engines that the environment does not already name, as one thing to start and stop."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from config.embedded.engine import Engine
from config.embedded.errors import EmbeddedError
from config.embedded.kafka import KafkaBroker
from config.embedded.ports import choose_port
from config.embedded.postgres import Postgres, PostgresOptions
from config.embedded.run_file import EngineRecord, RunFile
from config.embedded.secret_file import SecretFile
from config.embedded.valkey import Valkey
from config.supervisor.lock import AlreadyLockedError, FileLock
from config.supervisor.process import end_leftover

DEFAULT_DATABASE = "tickettoken_db"
SECRETS = ("DB_PASSWORD", "REDIS_PASSWORD")


@dataclass(frozen=True, slots=True)
class StackOptions:
    """How a stack for a service differs from one for tests."""

    max_connections: int = 100
    usual_ports: bool = True
    fsync: bool = True


class EmbeddedStack:
    """PostgreSQL, Valkey and a Kafka broker in one data directory.

    An engine is left out when its variable is set in `environ`: DB_HOST,
    REDIS_HOST, KAFKA_BROKERS (set and empty means "no Kafka at all").
    Attributes `postgres`, `valkey` and `kafka` are None when left out.
    """

    def __init__(
        self, data_dir: Path, environ: Mapping[str, str], options: StackOptions | None = None
    ) -> None:
        self.data_dir = data_dir.resolve()
        self._environ = environ
        self._options = options or StackOptions()
        self._lock = FileLock(self.data_dir / "engines.lock")
        self._run_file = RunFile(self.data_dir / "run.json")
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None
        self.kafka: KafkaBroker | None = None

    def __iter__(self) -> Iterator[Engine]:
        """Iterate over the engines in the order of starting."""
        return (engine for engine in (self.valkey, self.kafka, self.postgres) if engine)

    @property
    def env(self) -> dict[str, str]:
        """Return the variables to export so that the service finds the engines."""
        return {name: value for engine in self for name, value in engine.variables().items()}

    def start(self) -> None:
        """Start all and wait until all answer; on failure nothing stays behind.

        Raises EmbeddedError, also when another process uses the directory.
        """
        self._take_lock()
        try:
            self._end_leftovers()
            self._create_engines()
            for engine in self:
                engine.launch()
            for engine in self:
                engine.wait_until_ready()
            self._write_down()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> bool:
        """Stop all in reverse order; False if one had to be killed."""
        if not self._lock.is_held:  # what runs there belongs to somebody else
            return True
        outcomes = [engine.stop() for engine in reversed(list(self))]
        self._run_file.remove()
        self._lock.release()
        return all(outcomes)

    def revive(self) -> list[str]:
        """Start again what has died, on the same port; return the names."""
        dead = [engine for engine in self if engine.pid is None]
        for engine in dead:
            engine.start()
        if dead:
            self._write_down()
        return [engine.name for engine in dead]

    def _take_lock(self) -> None:
        try:
            self._lock.acquire()
        except AlreadyLockedError as held:
            raise EmbeddedError(
                f"{held}: stop that run first, or choose another --data-dir"
            ) from None
        except OSError as error:
            raise EmbeddedError(f"cannot write to {self.data_dir}: {error.strerror}") from None

    def _end_leftovers(self) -> None:
        """End what a killed run left behind; PDEATHSIG exists on Linux alone."""
        for record in self._run_file.read().values():
            end_leftover(record.identity, Postgres.stop_signal, deadline=20)
        self._run_file.remove()

    def _create_engines(self) -> None:
        secrets = SecretFile(self.data_dir / "secrets.json").ensure(SECRETS)
        if not self._environ.get("REDIS_HOST"):
            port = self._port_for(Valkey, "REDIS_PORT")
            self.valkey = Valkey(self.data_dir, port=port, password=secrets["REDIS_PASSWORD"])
        if "KAFKA_BROKERS" not in self._environ:
            self.kafka = KafkaBroker(self.data_dir, port=self._port_for(KafkaBroker))
        if not self._environ.get("DB_HOST"):
            options = PostgresOptions(
                password=secrets["DB_PASSWORD"],
                database=self._environ.get("DB_NAME") or DEFAULT_DATABASE,
                max_connections=self._options.max_connections,
                fsync=self._options.fsync,
            )
            port = self._port_for(Postgres, "DB_PORT")
            self.postgres = Postgres(self.data_dir, port=port, options=options)

    def _port_for(self, kind: type[Engine], variable: str | None = None) -> int:
        wished = self._environ.get(variable, "") if variable else ""
        usual = int(wished) if wished.isdigit() else kind.usual_port
        taken = frozenset(engine.port for engine in self)
        return choose_port(usual if self._options.usual_ports else None, taken)

    def _write_down(self) -> None:
        records = {}
        for engine in self:
            identity = engine.identity
            if identity is not None:
                records[engine.name] = EngineRecord(identity.pid, identity.started, engine.port)
        self._run_file.write(records)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
