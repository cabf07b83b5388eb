"""The three engines as they really start, answer, die and come back."""

import stat
from collections.abc import Iterator
from contextlib import closing

import psutil
import psycopg
import pytest
import redis

from config.embedded import EmbeddedError, EmbeddedStack, StackOptions
from config.embedded.engine import Engine
from config.embedded.readiness import kafka_answers, postgres_answers, valkey_answers

OPTIONS = StackOptions(usual_ports=False, fsync=False, max_connections=23)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    data_dir = tmp_path_factory.mktemp("engines")
    data_dir.chmod(0o711)
    with EmbeddedStack(data_dir, {"DB_NAME": "box_office"}, OPTIONS) as started:
        yield started


def postgres_of(stack: EmbeddedStack, **changes: str) -> psycopg.Connection:
    env = stack.env
    return psycopg.connect(
        host=env["DB_HOST"],
        port=int(env["DB_PORT"]),
        dbname=env["DB_NAME"],
        user=env["DB_USER"],
        password=changes.get("password", env["DB_PASSWORD"]),
        autocommit=True,
    )


def valkey_of(stack: EmbeddedStack) -> "redis.Redis":
    env = stack.env
    return redis.Redis(
        env["REDIS_HOST"], int(env["REDIS_PORT"]), password=env["REDIS_PASSWORD"], protocol=2
    )


def setting(stack: EmbeddedStack, name: str) -> object:
    with closing(postgres_of(stack)) as connection:
        row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
    assert row is not None
    return row[0]


def test_the_variables_lead_to_the_engines(stack: EmbeddedStack) -> None:
    assert set(stack.env) == {
        *("DB_HOST", "DB_PORT", "DB_NAME", "DB_USER", "DB_PASSWORD"),
        *("REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD", "KAFKA_BROKERS"),
    }
    with closing(postgres_of(stack)) as connection:
        assert connection.info.dbname == "box_office"
    assert valkey_of(stack).ping()
    assert kafka_answers(int(stack.env["KAFKA_BROKERS"].rsplit(":", 1)[1]))


def test_a_wrong_password_is_refused_by_both_stores(stack: EmbeddedStack) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        postgres_of(stack, password="guess")
    assert not valkey_answers(int(stack.env["REDIS_PORT"]), "guess")
    with pytest.raises(EmbeddedError, match=r"secrets\.json does not belong"):
        postgres_answers(int(stack.env["DB_PORT"]), "postgres", "guess")


def test_every_engine_listens_on_the_loopback_alone(stack: EmbeddedStack) -> None:
    for engine in stack:
        assert engine.pid is not None
        listening = [
            connection.laddr
            for connection in psutil.Process(engine.pid).net_connections()
            if connection.status == psutil.CONN_LISTEN
        ]
        assert {(address.ip, address.port) for address in listening} == {("127.0.0.1", engine.port)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_connections", "23"),
        ("unix_socket_directories", ""),
        ("idle_in_transaction_session_timeout", "30s"),
        ("password_encryption", "scram-sha-256"),
        ("server_encoding", "UTF8"),
        ("TimeZone", "UTC"),
        ("fsync", "off"),
        ("synchronous_commit", "on"),
    ],
)
def test_postgres_runs_with_the_setting(stack: EmbeddedStack, name: str, value: str) -> None:
    assert setting(stack, name) == value


def test_no_password_stands_among_the_arguments(stack: EmbeddedStack) -> None:
    secrets = {stack.env["DB_PASSWORD"], stack.env["REDIS_PASSWORD"]}
    for engine in stack:
        arguments = " ".join(psutil.Process(engine.pid).cmdline())
        assert not any(secret in arguments for secret in secrets)


def test_nobody_else_may_look_into_the_data(stack: EmbeddedStack) -> None:
    for directory in ("postgres", "valkey", "kafka", "logs"):
        assert stat.S_IMODE((stack.data_dir / directory).stat().st_mode) == 0o700


@pytest.mark.parametrize("end", [Engine.kill, Engine.stop])
def test_committed_rows_survive_the_end_of_postgres(stack: EmbeddedStack, end: object) -> None:
    assert stack.postgres is not None
    port = stack.postgres.port
    with closing(postgres_of(stack)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS sale (id serial)")
        connection.execute("TRUNCATE sale")
        connection.execute("INSERT INTO sale SELECT generate_series(1, 50)")

    Engine.kill(stack.postgres) if end is Engine.kill else stack.postgres.stop()
    assert stack.postgres.pid is None
    assert not stack.postgres.is_ready()
    stack.postgres.start()

    assert stack.postgres.port == port
    with closing(postgres_of(stack)) as connection:
        assert connection.execute("SELECT count(*) FROM sale").fetchone() == (50,)


def test_keys_survive_the_restart_of_valkey(stack: EmbeddedStack) -> None:
    assert stack.valkey is not None
    valkey_of(stack).set("held_seats", 12)
    pid = stack.valkey.pid

    stack.valkey.restart()

    assert stack.valkey.pid != pid
    assert valkey_of(stack).get("held_seats") == b"12"
    assert valkey_of(stack).config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_the_broker_comes_back_on_its_port(stack: EmbeddedStack) -> None:
    assert stack.kafka is not None
    port, pid = stack.kafka.port, stack.kafka.pid

    stack.kafka.kill()
    assert not stack.kafka.is_ready()
    stack.kafka.start()

    assert (stack.kafka.port, stack.kafka.is_ready()) == (port, True)
    assert stack.kafka.pid != pid


def test_launching_a_running_engine_changes_nothing(stack: EmbeddedStack) -> None:
    assert stack.valkey is not None
    pid = stack.valkey.pid
    stack.valkey.start()
    assert stack.valkey.pid == pid


def test_revive_starts_only_what_has_died(stack: EmbeddedStack) -> None:
    assert stack.kafka is not None
    assert stack.valkey is not None
    valkey = stack.valkey.pid
    process = psutil.Process(stack.kafka.pid)
    process.kill()
    psutil.wait_procs([process], timeout=10)

    assert stack.revive() == ["kafka"]
    assert stack.kafka.is_ready()
    assert stack.valkey.pid == valkey
    assert stack.revive() == []


def test_a_second_stack_on_the_same_data_is_refused(stack: EmbeddedStack) -> None:
    second = EmbeddedStack(stack.data_dir, {}, OPTIONS)
    with pytest.raises(EmbeddedError, match="in use by process"):
        second.start()
    second.stop()
    assert stack.postgres is not None
    assert stack.postgres.is_ready(), "the second stack must not stop what the first one runs"
    assert (stack.data_dir / "run.json").exists()


def test_a_server_that_ends_while_starting_is_reported_with_its_log(stack: EmbeddedStack) -> None:
    assert stack.valkey is not None
    twin = type(stack.valkey)(stack.data_dir / "twin", port=stack.valkey.port, password="other")
    with pytest.raises(EmbeddedError, match=r"(?s)valkey stopped while starting.*in use"):
        twin.start()
    assert twin.pid is None
