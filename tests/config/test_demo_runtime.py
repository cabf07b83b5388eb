"""One run in this process: the parts work together and leave nothing behind."""

import asyncio
import logging
import signal
import socket
import sys
from pathlib import Path

import pytest

from config.demo import __main__ as program
from config.demo import logs
from config.demo.catalogue import SERVICES
from config.demo.options import Options, read_options
from config.demo.runtime import run
from tests.config.demo_receiver import Receiver
from tests.config.demo_waiting import until


def options_for(directory: Path, base_url: str, *flags: str) -> Options:
    environment = {
        "DEMO_BASE_URL": base_url,
        "DEMO_TOKEN": "t",
        "DEMO_CONTROL_PORT": "0",
        "DEMO_SMTP_PORT": "0",
        "DATA_DIR": str(directory),
        **{profile.variable: "http://127.0.0.1:0" for profile in SERVICES},
    }
    return read_options(flags, environment)


def events(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.name.startswith("config.demo")]


def test_every_service_pushes_to_the_monitoring_service(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def tell() -> Receiver:
        receiver, stop = Receiver(), asyncio.Event()
        await receiver.start()
        options = options_for(tmp_path, receiver.url, "--interval", "0.1")
        running = asyncio.create_task(run(options, stop))
        await until(lambda: len(receiver.stored) >= 16 or running.done())
        stop.set()
        await running
        await receiver.stop()
        return receiver

    with caplog.at_level(logging.INFO):
        receiver = asyncio.run(tell())

    senders = [batch[0]["service_name"] for batch in receiver.stored[:16]]
    assert senders == [profile.name for profile in SERVICES] * 2
    assert events(caplog) == ["demo platform ready", "push works", "demo platform stopped"]


def test_a_run_that_cannot_have_its_control_port_frees_all_others(tmp_path: Path) -> None:
    async def tell(options: Options) -> None:
        before = len(asyncio.all_tasks())
        with pytest.raises(OSError, match="in use"):
            await run(options, asyncio.Event())
        assert len(asyncio.all_tasks()) == before

    with socket.create_server(("127.0.0.1", 0)) as probe:
        smtp = probe.getsockname()[1]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment = {
            "DEMO_CONTROL_PORT": str(taken.getsockname()[1]),
            "DEMO_SMTP_PORT": str(smtp),
            "DATA_DIR": str(tmp_path),
            **{profile.variable: "http://127.0.0.1:0" for profile in SERVICES},
        }
        asyncio.run(tell(read_options([], environment)))
        socket.create_server(("127.0.0.1", smtp)).close()


def start_program(monkeypatch: pytest.MonkeyPatch, **environment: str) -> int:
    monkeypatch.setattr(sys, "argv", ["demo"])
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    # The real one takes the root logger over, and with it pytest's capture.
    monkeypatch.setattr(logs, "configure", lambda: None)
    return program.main()


def test_the_program_ends_well_after_a_signal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def run_until_raised(options: Options, stop: asyncio.Event) -> None:
        signal.raise_signal(signal.SIGTERM)
        await stop.wait()

    monkeypatch.setattr(program, "run", run_until_raised)

    assert start_program(monkeypatch) == 0


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [("DEMO_BASE_URL", "nonsense", 2), ("DEMO_SMTP_PORT", "1", 1)],
)
def test_a_start_that_fails_is_one_critical_line(
    name: str,
    value: str,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def no_address(options: Options, stop: asyncio.Event) -> None:
        raise OSError("the port is taken")

    monkeypatch.setattr(program, "run", no_address)

    assert start_program(monkeypatch, **{name: value}) == status
    assert events(caplog) == ["demo platform cannot start"]
