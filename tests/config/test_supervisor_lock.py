"""One run for each data directory; the wish to stop."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.supervisor.lock import AlreadyLockedError, FileLock
from config.supervisor.stop_request import StopRequest


class TestLock:
    def test_the_second_taker_learns_who_holds_it(self, tmp_path: Path) -> None:
        with FileLock(tmp_path / "up.lock") as first:
            held = first.is_held
            with pytest.raises(AlreadyLockedError, match="in use by process") as refused:
                FileLock(tmp_path / "up.lock").acquire()
            assert refused.value.owner == os.getpid()
            assert FileLock(tmp_path / "up.lock").owner() == os.getpid()
        assert (held, first.is_held) == (True, False)
        assert FileLock(tmp_path / "up.lock").owner() is None

    def test_a_killed_owner_leaves_no_lock(self, tmp_path: Path) -> None:
        script = (
            "import sys, time; from pathlib import Path; from config.supervisor.lock import FileLock;"
            "FileLock(Path(sys.argv[1])).acquire(); print(flush=True); time.sleep(600)"
        )
        owner = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "up.lock")],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
        )
        assert owner.stdout is not None
        owner.stdout.readline()
        with pytest.raises(AlreadyLockedError):
            FileLock(tmp_path / "up.lock").acquire()
        owner.kill()
        owner.wait()
        FileLock(tmp_path / "up.lock").acquire()

    def test_an_unreadable_owner_is_zero(self, tmp_path: Path) -> None:
        with FileLock(tmp_path / "up.lock"):
            (tmp_path / "up.lock").write_text("")
            assert FileLock(tmp_path / "up.lock").owner() == 0


class TestStopRequest:
    @pytest.fixture(autouse=True)
    def handlers(self) -> Iterator[None]:
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {sign: signal.getsignal(sign) for sign in signals}
        yield
        for sign, handler in before.items():
            signal.signal(sign, handler)

    @pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_each_of_the_three_signals_is_heard(self, sign: signal.Signals) -> None:
        request = StopRequest()
        request.install()
        assert not request.wait(0)
        os.kill(os.getpid(), sign)
        assert request.wait(5)
        assert request.is_set()

    def test_code_may_ask_too(self) -> None:
        request = StopRequest()
        request.set()
        assert request.wait(0)
