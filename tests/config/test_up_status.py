"""The verbs that look at a run from outside, and manage.py with its variables."""

import os
import subprocess
import time

import psutil
import pytest
from rich.console import Console

from config.embedded.run_file import EngineRecord, RunFile
from config.supervisor.lock import FileLock
from config.supervisor.process import Identity
from config.supervisor.program import Child, Program
from config.up import process_file, status
from config.up.errors import StartError
from config.up.installation import Installation
from config.up.manage import run_manage
from tests.config.up_screen import shown


class TestStatus:
    def test_nothing_runs(self, place: Installation, screen: Console) -> None:
        assert status.show_status(place, screen) == 3
        assert shown(screen).startswith("nothing runs in ")

    def test_a_running_process_is_shown_with_its_memory(
        self, place: Installation, screen: Console
    ) -> None:
        me = Identity.of(os.getpid())
        RunFile(place.data_dir / "run.json").write(
            {"postgres": EngineRecord(me.pid, me.started, 5432)}
        )
        assert status.show_status(place, screen) == 0
        row = next(line for line in shown(screen).splitlines() if "postgres" in line)
        assert f" {os.getpid()} " in row
        assert row.count("MiB") >= 1

    def test_a_process_that_is_gone_or_waits_is_named(
        self, place: Installation, screen: Console
    ) -> None:
        process_file.write(
            place.processes, [Child(Program("web", ["x"], {}, place.logs / "x", place.root))]
        )
        RunFile(place.data_dir / "run.json").write(
            {"valkey": EngineRecord(os.getpid(), time.time() - 10**6, 6379)}
        )
        assert status.show_status(place, screen) == 3
        rows = shown(screen)
        assert "waiting" in next(line for line in rows.splitlines() if "web" in line)
        assert "gone" in next(line for line in rows.splitlines() if "valkey" in line)

    def test_a_log_is_shown_as_it_is(self, place: Installation, screen: Console) -> None:
        (place.logs / "web.log").write_text("[bold] one\ntwo\n")
        assert status.show_log(place, "web", screen) == 0
        assert shown(screen) == "[bold] one\ntwo\n"

    def test_an_unknown_log_is_refused_with_the_known_ones(
        self, place: Installation, screen: Console
    ) -> None:
        (place.logs / "web.log").touch()
        (place.logs / "beat.log").touch()
        with pytest.raises(StartError, match=r"no log '\.\./secrets'; there are: beat, web"):
            status.show_log(place, "../secrets", screen)

    def test_ending_nothing_is_no_error(self, place: Installation, screen: Console) -> None:
        assert status.end_run(place, screen) == 0
        assert "nothing runs" in shown(screen)

    def test_the_owner_of_the_lock_is_asked_to_stop(
        self, place: Installation, screen: Console
    ) -> None:
        owner = subprocess.Popen(["sleep", "600"])
        try:
            with FileLock(place.data_dir / "up.lock"):
                (place.data_dir / "up.lock").write_text(str(owner.pid))
                assert status.end_run(place, screen) == 0
            assert not psutil.pid_exists(owner.pid)
        finally:
            owner.kill()
            owner.wait()

    @pytest.mark.parametrize(
        ("seconds", "text"),
        [
            (0, "0 min 0 s"),
            (59.9, "0 min 59 s"),
            (60, "1 min 0 s"),
            (3_599, "59 min 59 s"),
            (3_600, "1 h 0 min"),
            (86_399, "23 h 59 min"),
            (86_400, "1 d 0 h"),
            (200_000, "2 d 7 h"),
        ],
    )
    def test_a_span_is_told_in_its_two_largest_units(self, seconds: float, text: str) -> None:
        assert status.span(seconds) == text


class TestManage:
    def test_commands_get_the_variables_of_the_service(self, place: Installation) -> None:
        (place.root / "manage.py").write_text(
            "import os, sys\n"
            "sys.exit(int(os.environ['DB_PORT']) if sys.argv[1:] == ['a', '--b'] else 1)\n"
        )
        place.environment.write_text('{"DB_PORT": "42"}')
        assert run_manage(place, ["a", "--b"], {"DB_PORT": "7"}) == 42

    def test_before_the_first_start_it_says_what_to_do(self, place: Installation) -> None:
        with pytest.raises(StartError, match="make run"):
            run_manage(place, ["check"], {})
