"""Logs, records and leftovers of a run; the steps and the closing block that a person reads."""

import io
import os
import subprocess
import time
from pathlib import Path

import pytest
from rich.console import Console

from config.supervisor.program import Child, Program
from config.up import process_file, summary
from config.up.addresses import Addresses
from config.up.errors import StartError
from config.up.installation import Installation
from config.up.leftovers import end_leftovers
from config.up.log_size import begin_logs, trim_logs
from config.up.process_file import ProcessRecord
from config.up.steps import Steps
from tests.config.up_screen import shown


class TestLogs:
    def test_each_run_begins_its_logs_anew_and_keeps_the_last_ones(self, tmp_path: Path) -> None:
        (tmp_path / "web.log").write_text("second")
        (tmp_path / "web.log.1").write_text("first")
        begin_logs(tmp_path)
        assert not (tmp_path / "web.log").exists()
        assert (tmp_path / "web.log.1").read_text() == "second"

    def test_the_directory_is_made(self, tmp_path: Path) -> None:
        begin_logs(tmp_path / "data" / "logs")
        assert (tmp_path / "data" / "logs").is_dir()

    @pytest.mark.parametrize(("size", "left"), [(10, 10), (11, 0)])
    def test_only_a_log_above_the_limit_is_cut(self, tmp_path: Path, size: int, left: int) -> None:
        (tmp_path / "web.log").write_bytes(b"x" * size)
        trim_logs(tmp_path, max_bytes=10)
        assert (tmp_path / "web.log").stat().st_size == left
        assert (tmp_path / "web.log.1").exists() is (left == 0)

    def test_a_writer_goes_on_after_the_cut(self, tmp_path: Path) -> None:
        with (tmp_path / "web.log").open("ab", buffering=0) as writer:
            writer.write(b"long ago")
            trim_logs(tmp_path, max_bytes=3)
            writer.write(b"now")
        assert (tmp_path / "web.log").read_bytes() == b"now"
        assert (tmp_path / "web.log.1").read_bytes() == b"long ago"


class TestProcessFile:
    def test_what_was_written_is_read(self, place: Installation) -> None:
        program = Program("web", ["sleep", "600"], os.environ, place.logs / "w.log", place.root)
        child = Child(program)
        child.spawn()
        try:
            process_file.write(place.processes, [child])
            (read,) = process_file.read(place.processes)
            assert read == ProcessRecord.of(child)
            assert read.identity.find() is not None
        finally:
            child.finish(0)
        assert ProcessRecord.of(child).pid == 0

    @pytest.mark.parametrize("content", ["", "{}", "[3]", '[{"name": "web"}]'])
    def test_a_damaged_file_says_that_nothing_runs(self, place: Installation, content: str) -> None:
        place.processes.write_text(content)
        assert process_file.read(place.processes) == []


class TestLeftovers:
    def test_the_processes_of_a_killed_run_are_ended(self, place: Installation) -> None:
        program = Program("web", ["sleep", "600"], os.environ, place.logs / "w.log", place.root)
        child = Child(program)
        child.spawn()
        try:
            process_file.write(place.processes, [child])
            identity = ProcessRecord.of(child).identity
            assert end_leftovers(place) == ["web"]
            assert identity.find() is None
        finally:
            child.finish(0)
        assert not place.processes.exists()
        assert end_leftovers(place) == []

    def test_a_process_that_was_waiting_is_nobody(self, place: Installation) -> None:
        process_file.write(
            place.processes, [Child(Program("web", ["x"], {}, place.logs / "x", place.root))]
        )
        assert end_leftovers(place) == []


class TestSteps:
    def test_a_step_is_numbered_and_timed(self, screen: Console) -> None:
        steps = Steps(screen, 2)
        with steps.step("engines") as show:
            show("waiting for [postgres]")
        with steps.step("database"):
            pass
        first, second = shown(screen).splitlines()
        assert first.startswith("[1/2] engines: 0.")
        assert first.endswith(" s")
        assert second.startswith("[2/2] database: ")

    def test_a_failed_step_is_named(self, screen: Console) -> None:
        with pytest.raises(StartError), Steps(screen, 1).step("engines"):
            raise StartError("no disk")
        assert shown(screen).startswith("[1/1] engines: failed after 0.")

    def test_a_terminal_sees_what_is_waited_for(self) -> None:
        console = Console(file=io.StringIO(), force_terminal=True, width=80)
        with Steps(console, 1).step("processes") as show:
            show("waiting for web")
            console.print("", end="")
            time.sleep(0.2)  # the spinner draws ten times a second in a thread of its own
        assert "waiting for web" in shown(console)

    def test_a_line_is_neither_wrapped_nor_interpreted(self, screen: Console) -> None:
        line = "curl [bold] " + "x" * 300
        Steps(screen, 1).say(line)
        assert shown(screen) == f"{line}\n"


class TestSummary:
    def text(self, place: Installation, *, demo: bool, **environ: str) -> str:
        place.admin_token.write_text("eyJ.to.ken\n")
        addresses = Addresses(web=3999, flower=5556, control=8026 if demo else None)
        return summary.text(place, addresses, {"ADMIN_PASSWORD": "made-up"}, environ)

    def test_it_says_where_to_look_and_how_to_log_in(self, place: Installation) -> None:
        text = self.text(place, demo=True)
        for expected in (
            *("http://127.0.0.1:3999/", "http://127.0.0.1:3999/admin/", "eyJ.to.ken\n"),
            *("http://127.0.0.1:3999/api/docs/", "http://127.0.0.1:5556/flower/"),
            *("http://127.0.0.1:8026/", "admin / made-up", str(place.secrets)),
        ):
            assert expected in text

    def test_without_the_demo_it_is_not_mentioned(self, place: Installation) -> None:
        assert "Demo" not in self.text(place, demo=False)

    @pytest.mark.parametrize("name", ["ADMIN_PASSWORD", "ADMIN_PASSWORD_FILE"])
    def test_a_password_that_the_person_set_is_not_shown(
        self, place: Installation, name: str
    ) -> None:
        text = self.text(place, demo=False, **{name: "mine"})
        assert "made-up" not in text
        assert "mine" not in text

    def test_the_curl_lines_are_valid_for_a_shell(self, place: Installation) -> None:
        text = self.text(place, demo=False)
        lines = text[text.index("curl -s") : text.index("  Logs are in")]
        script = 'curl() { printf "%s\\n" "$@"; }\n' + lines
        said = subprocess.run(
            ["/bin/sh", "-c", script], capture_output=True, text=True, check=True
        ).stdout
        assert said.count("Authorization: Bearer eyJ.to.ken") == 2
        assert '"metric_name": "payment_success_total"' in said
