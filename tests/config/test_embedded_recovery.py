"""What a stack finds at its start: old data, stale files, orphans, other people's servers."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest

from config.embedded import EmbeddedError, EmbeddedStack, StackOptions
from config.embedded.run_file import EngineRecord, RunFile
from config.supervisor.process import Identity

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = StackOptions(usual_ports=False, fsync=False)
POSTGRES_ONLY = {"REDIS_HOST": "cache.example", "KAFKA_BROKERS": ""}


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    tmp_path.chmod(0o711)
    for parent in (tmp_path.parent, tmp_path.parent.parent):
        parent.chmod(parent.stat().st_mode | 0o011)
    return tmp_path / "data"


def eventually(condition: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def run_sql(stack: EmbeddedStack, statement: str) -> object:
    env = stack.env
    with closing(
        psycopg.connect(
            host=env["DB_HOST"],
            port=int(env["DB_PORT"]),
            dbname=env["DB_NAME"],
            user=env["DB_USER"],
            password=env["DB_PASSWORD"],
            autocommit=True,
        )
    ) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone() if cursor.description else None


def test_a_named_store_is_external_and_gets_no_engine(data_dir: Path) -> None:
    named = {"DB_HOST": "db.example", "REDIS_HOST": "cache.example", "KAFKA_BROKERS": ""}
    with EmbeddedStack(data_dir, named, OPTIONS) as stack:
        assert list(stack) == []
        assert stack.env == {}


def test_an_empty_host_means_that_nobody_named_one(data_dir: Path) -> None:
    named = {"DB_HOST": "db.example", "REDIS_HOST": "", "KAFKA_BROKERS": "k1:9092"}
    with EmbeddedStack(data_dir, named, OPTIONS) as stack:
        assert [engine.name for engine in stack] == ["valkey"]


def test_data_and_passwords_are_kept_from_run_to_run(data_dir: Path) -> None:
    with EmbeddedStack(data_dir, POSTGRES_ONLY, OPTIONS) as first:
        password = first.env["DB_PASSWORD"]
        run_sql(first, "CREATE TABLE venue AS SELECT 'Arena' AS name")
    assert not (data_dir / "run.json").exists()

    with EmbeddedStack(data_dir, POSTGRES_ONLY, OPTIONS) as second:
        assert second.env["DB_PASSWORD"] == password
        assert run_sql(second, "SELECT name FROM venue") == ("Arena",)


def test_a_failed_start_leaves_nothing_running(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = EmbeddedStack(data_dir, {}, OPTIONS)
    started: list[int] = []

    def fail(self: object) -> None:
        started.extend(engine.pid for engine in stack if engine.pid)
        raise EmbeddedError("no room")

    monkeypatch.setattr("config.embedded.postgres.Postgres._prepare", fail)
    with pytest.raises(EmbeddedError, match="no room"):
        stack.start()

    assert len(started) == 2, "Valkey and the broker were started before"
    assert not any(psutil.pid_exists(pid) for pid in started)
    EmbeddedStack(data_dir, {**POSTGRES_ONLY, "DB_HOST": "x"}, OPTIONS).start()  # the lock is free


def test_a_pid_file_that_names_a_stranger_is_forgotten(data_dir: Path) -> None:
    with EmbeddedStack(data_dir, POSTGRES_ONLY, OPTIONS) as stack:
        assert stack.postgres is not None
        home = stack.postgres.home
    stranger = f"{os.getpid()}\n{home}\n{int(time.time())}\n5432\n\n127.0.0.1\n"
    (home / "postmaster.pid").write_text(stranger)

    with EmbeddedStack(data_dir, POSTGRES_ONLY, OPTIONS) as stack:
        assert run_sql(stack, "SELECT 1") == (1,)
    assert psutil.pid_exists(os.getpid())


@pytest.mark.parametrize("content", ["", "not a number", "999999999\n"])
def test_a_pid_file_of_no_use_is_forgotten(data_dir: Path, content: str) -> None:
    with EmbeddedStack(data_dir, POSTGRES_ONLY, OPTIONS) as stack:
        assert stack.postgres is not None
        pid_file = stack.postgres.home / "postmaster.pid"
    pid_file.write_text(content)

    with EmbeddedStack(data_dir, POSTGRES_ONLY, OPTIONS) as stack:
        assert run_sql(stack, "SELECT 1") == (1,)


def test_data_of_another_major_version_is_not_touched(data_dir: Path) -> None:
    (data_dir / "postgres").mkdir(parents=True)
    (data_dir / "postgres" / "PG_VERSION").write_text("15\n")
    with pytest.raises(EmbeddedError, match="written by PostgreSQL 15"):
        EmbeddedStack(data_dir, POSTGRES_ONLY, OPTIONS).start()
    assert [path.name for path in (data_dir / "postgres").iterdir()] == ["PG_VERSION"]


def test_a_half_made_cluster_is_made_anew(data_dir: Path) -> None:
    (data_dir / "postgres.new" / "base").mkdir(parents=True)
    (data_dir / "postgres.new" / "PG_VERSION").write_text("18\n")
    with EmbeddedStack(data_dir, POSTGRES_ONLY, OPTIONS) as stack:
        assert run_sql(stack, "SELECT 1") == (1,)
    assert not (data_dir / "postgres.new").exists()
    assert not (data_dir / "postgres.password").exists()


def test_lost_secrets_are_named_at_once(data_dir: Path) -> None:
    with EmbeddedStack(data_dir, POSTGRES_ONLY, OPTIONS):
        pass
    (data_dir / "secrets.json").unlink()
    began = time.monotonic()
    with pytest.raises(EmbeddedError, match=r"secrets\.json does not belong to this data"):
        EmbeddedStack(data_dir, POSTGRES_ONLY, OPTIONS).start()
    assert time.monotonic() - began < 30, "it must not wait out the whole deadline"


def test_an_orphan_in_the_run_file_is_ended_first(data_dir: Path) -> None:
    orphan = subprocess.Popen(["sleep", "600"])
    try:
        identity = Identity.of(orphan.pid)
        data_dir.mkdir()
        RunFile(data_dir / "run.json").write(
            {"valkey": EngineRecord(identity.pid, identity.started, 20_000)}
        )
        with EmbeddedStack(data_dir, {**POSTGRES_ONLY, "DB_HOST": "x"}, OPTIONS):
            assert identity.find() is None
    finally:
        orphan.kill()
        orphan.wait()


def test_kill_minus_nine_of_the_owner_leaves_no_orphan_and_loses_no_row(data_dir: Path) -> None:
    command = [sys.executable, "-m", "config.embedded", "up", "--data-dir", str(data_dir)]
    owner = subprocess.Popen(command, cwd=ROOT, env={"PATH": os.environ["PATH"]})
    try:
        assert eventually(lambda: len(RunFile(data_dir / "run.json").read()) == 3, 120)
        records = RunFile(data_dir / "run.json").read()
        secrets = json.loads((data_dir / "secrets.json").read_text())
        with psycopg.connect(
            host="127.0.0.1",
            port=records["postgres"].port,
            user="postgres",
            password=secrets["DB_PASSWORD"],
            dbname="tickettoken_db",
        ) as connection:
            connection.execute("CREATE TABLE gate AS SELECT 7 AS number")
    finally:
        owner.kill()
        owner.wait()
    assert eventually(lambda: not any(r.identity.find() for r in records.values()))

    with EmbeddedStack(data_dir, POSTGRES_ONLY, OPTIONS) as stack:
        assert run_sql(stack, "SELECT number FROM gate") == (7,)
