"""PostgreSQL for root where user namespaces are forbidden, as in many containers."""

import os
import pwd
from pathlib import Path

import psutil
import pytest

from config.embedded import EmbeddedStack, StackOptions, binaries, privileges
from config.embedded.privileges import RunAs, can_run

POSTGRES_ONLY = {"REDIS_HOST": "cache.example", "KAFKA_BROKERS": ""}
OPTIONS = StackOptions(usual_ports=False, fsync=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_postgres_runs_as_nobody_and_later_as_ourselves_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for directory in (tmp_path, *tmp_path.parents[:2]):
        directory.chmod(0o711)
    monkeypatch.setattr(privileges, "_NAMESPACE", ("no-such-tool",))
    program = binaries.postgres_directory() / "postgres"
    if not can_run(RunAs(user="nobody"), program, tmp_path / "data"):
        pytest.skip("nobody may not enter the directory of this virtual environment")
    with EmbeddedStack(tmp_path / "data", POSTGRES_ONLY, OPTIONS) as stack:
        assert stack.postgres is not None
        assert psutil.Process(stack.postgres.pid).username() == "nobody"
        assert (tmp_path / "data" / "postgres").stat().st_uid == pwd.getpwnam("nobody").pw_uid
    monkeypatch.undo()

    with EmbeddedStack(tmp_path / "data", POSTGRES_ONLY, OPTIONS) as stack:
        assert stack.postgres is not None
        assert stack.postgres.is_ready()
