"""A whole run, from the first step to the clean stop, with small programs in place of ours."""

import io
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from config.embedded.ports import choose_port
from config.supervisor.lock import FileLock
from config.supervisor.program import Program
from config.up import process_file
from config.up.installation import Installation
from config.up.programs import ProgramList
from config.up.readiness import answers
from config.up.run import run

WEBSITE = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status": "healthy"}' if self.path == "/health" else b'[{"value": 7}]')
HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
PREPARE = """
import sys
from pathlib import Path
for option in (2, 4):
    Path(sys.argv[option]).write_text("to.ke.n")
"""
STUBBORN = "trap '' TERM; while :; do sleep 0.05; done"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Screen(io.StringIO):
    """Acts as the person: sends a signal when the awaited words appear."""

    def __init__(self) -> None:
        super().__init__()
        self.awaited = "Up in "
        self.sign = signal.SIGINT

    def write(self, text: str) -> int:
        written = super().write(text)
        if self.awaited and self.awaited in self.getvalue():
            self.awaited = ""
            os.kill(os.getpid(), self.sign)
        return written


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = {sign: signal.getsignal(sign) for sign in SIGNALS}
    yield
    for sign, handler in before.items():
        signal.signal(sign, handler)


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    (tmp_path / "config" / "up").mkdir(parents=True)
    (tmp_path / "config" / "up" / "prepare.py").write_text(PREPARE)
    return Installation(tmp_path, tmp_path / "data")


@pytest.fixture
def environ() -> dict[str, str]:
    """Only Valkey is started; it takes a third of a second."""
    ports = {name: str(choose_port(None)) for name in ("PORT", "FLOWER_PORT")}
    external = {"DB_HOST": "db.example", "KAFKA_BROKERS": ""}
    return {"DEMO": "0", "PATH": os.environ["PATH"], **external, **ports}


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for all processes of the service."""
    use_programs(monkeypatch, [sys.executable, "-c", WEBSITE, "PORT"])


def use_programs(
    monkeypatch: pytest.MonkeyPatch, argv: list[str], *, stop_seconds: float = 20
) -> None:
    def programs(self: ProgramList) -> list[Program]:
        port = str(self.addresses.web)
        return [
            Program(
                name="web",
                argv=[port if word == "PORT" else word for word in argv],
                environ=self.shared,
                log=self.place.logs / "web.log",
                cwd=self.place.root,
                ready=lambda: answers(f"http://127.0.0.1:{port}/health"),
                stop_seconds=stop_seconds,
            )
        ]

    monkeypatch.setattr(ProgramList, "all", programs)


@pytest.mark.usefixtures("web")
@pytest.mark.parametrize("sign", SIGNALS)
def test_a_run_shows_its_steps_and_stops_cleanly(
    place: Installation, environ: dict[str, str], screen: Screen, sign: signal.Signals
) -> None:
    screen.sign = sign
    code = run(place, environ, Console(file=screen, width=120))
    text = screen.getvalue()
    assert code == 0, text
    for number, title in enumerate(
        ("pre-flight", "secrets", "engines", "database", "processes", "smoke test"), start=1
    ):
        assert f"[{number}/6] {title}" in text
    assert "valkey on 127.0.0.1:" in text
    assert "GET /health says healthy" in text
    assert "to.ke.n" in text
    assert "Stopped cleanly in" in text
    assert not answers(f"http://127.0.0.1:{environ['PORT']}/")
    assert not place.processes.exists()
    assert FileLock(place.data_dir / "up.lock").owner() is None


@pytest.mark.usefixtures("web")
def test_the_variables_are_kept_for_other_commands(
    place: Installation, environ: dict[str, str], screen: Screen
) -> None:
    assert run(place, environ, Console(file=screen)) == 0
    saved = json.loads(place.environment.read_text())
    assert saved["REDIS_HOST"] == "127.0.0.1"
    assert saved["JWT_SECRET"] == json.loads(place.secrets.read_text())["JWT_SECRET"]
    assert "PATH" not in saved
    assert place.environment.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("web")
def test_a_second_run_is_refused_and_harms_nothing(
    place: Installation, environ: dict[str, str], screen: Screen
) -> None:
    place.data_dir.mkdir()
    process_file.write(place.processes, [])
    with FileLock(place.data_dir / "up.lock"):
        assert run(place, environ, Console(file=screen, width=200)) == 1
    assert "the service runs there already" in screen.getvalue()
    assert "Stopping" not in screen.getvalue()
    assert place.processes.exists()


def test_a_stop_while_starting_is_no_failure(
    place: Installation, environ: dict[str, str], screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_programs(monkeypatch, ["sleep", "600"])
    screen.awaited = "[4/6]"
    assert run(place, environ, Console(file=screen)) == 0
    assert "[5/6] processes: failed" in screen.getvalue()
    assert "Stopped cleanly" in screen.getvalue()


def test_a_web_that_never_answers_fails_with_its_log(
    place: Installation, environ: dict[str, str], screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.up.start._READY_SECONDS", 1.0)
    use_programs(monkeypatch, ["/bin/sh", "-c", "echo address in use; sleep 600"])
    assert run(place, environ, Console(file=screen, width=200)) == 1
    assert "web is not ready" in screen.getvalue()
    assert "address in use" in screen.getvalue()
    assert "Stopped cleanly" in screen.getvalue()


def test_a_web_that_ends_again_and_again_fails_before_the_time_is_over(
    place: Installation, environ: dict[str, str], screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_programs(monkeypatch, ["/bin/sh", "-c", "echo bad settings; exit 1"])
    assert run(place, environ, Console(file=screen, width=200)) == 1
    assert screen.getvalue().count("web ended with code 1") == 3
    assert "bad settings" in screen.getvalue()


def test_a_process_that_had_to_be_killed_spoils_the_exit_code(
    place: Installation, environ: dict[str, str], screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    website = f'{sys.executable} -c \'import os; exec(os.environ["SITE"])\' "$0" & {STUBBORN}'
    use_programs(monkeypatch, ["/bin/sh", "-c", website, "PORT"], stop_seconds=0.2)
    code = run(place, {**environ, "SITE": WEBSITE}, Console(file=screen, width=200))
    assert code == 1
    assert "web did not stop in time and was killed" in screen.getvalue()
    assert "Stopped by force" in screen.getvalue()


@pytest.mark.usefixtures("web")
def test_a_demanded_port_in_use_stops_the_start(
    place: Installation, environ: dict[str, str], screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.embedded.ports.is_free", lambda port: port != int(environ["PORT"]))
    assert run(place, environ, Console(file=screen, width=200)) == 1
    assert f"PORT={environ['PORT']}: this port is in use" in screen.getvalue()


@pytest.mark.usefixtures("web")
def test_a_missing_sample_is_said_and_the_service_stays(
    place: Installation, environ: dict[str, str], screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.up.start._SAMPLE_SECONDS", 0.0)
    monkeypatch.setattr("config.up.smoke.has_sample", lambda _url, _metric, **_rest: False)
    assert run(place, environ, Console(file=screen, width=200)) == 0
    assert "no system_memory_usage_bytes after 0 s" in screen.getvalue()


@pytest.mark.usefixtures("web")
def test_without_a_token_the_sample_is_not_looked_up(
    place: Installation, environ: dict[str, str], screen: Screen
) -> None:
    (place.root / "config" / "up" / "prepare.py").write_text(PREPARE.replace("to.ke.n", ""))
    assert run(place, environ, Console(file=screen, width=200)) == 0
    assert "without a token the stored sample could not be looked up" in screen.getvalue()
    assert "only the holder of the private key" in screen.getvalue()


def test_what_can_wait_does_not_stop_the_start(
    place: Installation, environ: dict[str, str], screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.up.start._READY_SECONDS", 1.5)
    use_programs(monkeypatch, [sys.executable, "-c", WEBSITE, "PORT"])
    only_web = ProgramList.all

    def with_flower(self: ProgramList) -> list[Program]:
        log = self.place.logs / "flower.log"
        slow = Program(
            "flower", ["sleep", "600"], self.shared, log, self.place.root, ready=lambda: False
        )
        return [*only_web(self), slow]

    monkeypatch.setattr(ProgramList, "all", with_flower)
    assert run(place, environ, Console(file=screen, width=200)) == 0
    assert "flower is not ready yet" in screen.getvalue()
