"""python -m config.embedded, as a person types it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded.__main__ import main
from config.embedded.run_file import EngineRecord, RunFile

ROOT = Path(__file__).resolve().parents[2]
DEAF_TO_INTERRUPTS = """trap '' INT; exec "$@\""""
VALKEY_ONLY = {"DB_HOST": "db.example", "KAFKA_BROKERS": "", "PATH": os.environ["PATH"]}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "config.embedded", *arguments]


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A run of `up` that has said it is ready, as a non-interactive shell starts it."""
    process = subprocess.Popen(
        ["/bin/sh", "-c", DEAF_TO_INTERRUPTS, "sh", *command("up", "--data-dir", str(tmp_path))],
        cwd=ROOT,
        env=VALKEY_ONLY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("ready in"):
            break
    yield process
    process.kill()
    process.wait()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_up_stops_cleanly_when_asked(
    keeper: "subprocess.Popen[str]", tmp_path: Path, sign: signal.Signals
) -> None:
    record = RunFile(tmp_path / "run.json").read()["valkey"]
    keeper.send_signal(sign)
    assert keeper.wait(timeout=30) == 0
    assert record.identity.find() is None


def test_up_starts_again_what_dies(keeper: "subprocess.Popen[str]", tmp_path: Path) -> None:
    old = RunFile(tmp_path / "run.json").read()["valkey"]
    process = old.identity.find()
    assert process is not None
    process.kill()

    assert keeper.stdout is not None
    assert keeper.stdout.readline() == "valkey had died and was started again\n"

    new = RunFile(tmp_path / "run.json").read()["valkey"]
    assert new.port == old.port
    assert new.pid != old.pid


def test_the_other_verbs_see_the_run_and_end_it(
    keeper: "subprocess.Popen[str]", tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--data-dir", str(tmp_path)]
    record = RunFile(tmp_path / "run.json").read()["valkey"]

    assert main([*place, "status"], {}) == 0
    assert capsys.readouterr().out == f"valkey    127.0.0.1:{record.port}  pid {record.pid}\n"
    assert main(["env", *place], {}) == 0
    assert f"export REDIS_PORT={record.port}\n" in capsys.readouterr().out
    assert main([*place, "up"], VALKEY_ONLY) == 1
    assert f"in use by process {keeper.pid}" in capsys.readouterr().err
    assert main([*place, "down"], {}) == 0
    assert keeper.wait(timeout=30) == 0
    assert main([*place, "status"], {}) == 3
    assert capsys.readouterr().out == "nothing runs there\n"


def test_without_a_run_the_verbs_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--data-dir", str(tmp_path / "none")]
    assert main([*place, "down"], {}) == 0
    assert main([*place, "env"], {}) == 1
    captured = capsys.readouterr()
    assert captured.out == "nothing runs there\n"
    assert "no engines run in" in captured.err
    assert not (tmp_path / "none").exists()


def test_status_names_what_has_died(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dead = EngineRecord(pid=2**22 + 1, started=time.time(), port=6379)
    RunFile(tmp_path / "run.json").write({"valkey": dead})
    assert main(["--data-dir", str(tmp_path), "status"], {}) == 3
    assert capsys.readouterr().out == "valkey    127.0.0.1:6379  stopped\n"


def test_exec_hands_the_variables_to_a_command_and_returns_its_code(tmp_path: Path) -> None:
    script = "import os, sys; sys.exit(7 if os.environ['REDIS_PASSWORD'] else 1)"
    code = main(
        ["--data-dir", str(tmp_path), "exec", "--", sys.executable, "-c", script], VALKEY_ONLY
    )
    assert code == 7
    assert not (tmp_path / "run.json").exists()


def test_a_directory_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["--data-dir", str(tmp_path / "file" / "data"), "up"], VALKEY_ONLY) == 1
    assert "cannot write to" in capsys.readouterr().err


def test_help_names_every_verb() -> None:
    shown = subprocess.run(
        command("--help"), cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert all(verb in shown for verb in ("up", "down", "status", "env", "exec"))
