"""The run that another process keeps in a data directory: its variables, its end."""

from collections.abc import Mapping
from pathlib import Path

import psutil

from config.embedded.errors import EmbeddedError
from config.embedded.kafka import KafkaBroker
from config.embedded.postgres import Postgres, PostgresOptions
from config.embedded.run_file import RunFile
from config.embedded.secret_file import SecretFile
from config.embedded.stack import DEFAULT_DATABASE, SECRETS
from config.embedded.valkey import Valkey
from config.supervisor.lock import FileLock

_STOP_SECONDS = 60.0


def running_variables(data_dir: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the engines that run there. Raises EmbeddedError if none does."""
    records = RunFile(data_dir / "run.json").read()
    if not records:
        raise EmbeddedError(f"no engines run in {data_dir}: start them with `up`")
    secrets = SecretFile(data_dir / "secrets.json").ensure(SECRETS)
    variables: dict[str, str] = {}
    for name, record in records.items():
        if name == Postgres.name:
            database = environ.get("DB_NAME") or DEFAULT_DATABASE
            options = PostgresOptions(password=secrets["DB_PASSWORD"], database=database)
            variables |= Postgres(data_dir, port=record.port, options=options).variables()
        elif name == Valkey.name:
            password = secrets["REDIS_PASSWORD"]
            variables |= Valkey(data_dir, port=record.port, password=password).variables()
        else:
            variables |= KafkaBroker(data_dir, port=record.port).variables()
    return variables


def end_run(data_dir: Path) -> bool:
    """Ask the keeper of the engines to stop and wait for it; False if there is none.

    Raises EmbeddedError if it does not stop within a minute.
    """
    if not data_dir.is_dir():
        return False
    owner = FileLock(data_dir / "engines.lock").owner()
    if not owner:
        return False
    try:
        process = psutil.Process(owner)
        process.terminate()
        process.wait(timeout=_STOP_SECONDS)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        raise EmbeddedError(f"process {owner} does not stop") from None
    return True
