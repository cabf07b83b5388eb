"""One child process: spawned so that it cannot outlive us, told apart by more than its pid."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_RESET_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# The start time of a process is derived from the boot time, which clock adjustments move a little.
_START_TOLERANCE_SECONDS = 2.0
_KILL_SECONDS = 5.0
_TAIL_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Identity:
    """A process that a later run can recognise, although pids are used again."""

    pid: int
    started: float  # seconds since the epoch

    @classmethod
    def of(cls, pid: int) -> "Identity":
        """Read it from the system. Raises psutil.NoSuchProcess."""
        return cls(pid, psutil.Process(pid).create_time())

    def find(self) -> psutil.Process | None:
        """Return the live process, None if it is gone, a zombie, or another with its pid."""
        try:
            process = psutil.Process(self.pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            same = abs(process.create_time() - self.started) < _START_TOLERANCE_SECONDS
        except psutil.NoSuchProcess:
            return None
        return process if same else None


def spawn(
    argv: Sequence[str],
    *,
    log: Path,
    environ: Mapping[str, str],
    cwd: Path | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
    user: str | None = None,
    nice: int = 0,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, both its outputs appended to `log`.

    It receives `death_signal` when the calling thread ends, so call this from
    the main thread. A session of its own keeps the terminal's Ctrl-C away from
    it: the order of stopping stays ours. Raises OSError.
    """
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - the argument list is ours, no shell is involved
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environ),
            cwd=cwd,
            user=user,
            group=None if user is None else pwd.getpwnam(user).pw_gid,
            extra_groups=None if user is None else [],
            start_new_session=True,
            preexec_fn=_tie_to(os.getpid(), death_signal, nice),  # noqa: PLW1509 - prctl has no other door
        )


def stop(process: subprocess.Popen[bytes], sign: signal.Signals, deadline: float) -> bool:
    """Ask with `sign`, insist with SIGKILL after `deadline` seconds; True if asking was enough."""
    if process.poll() is not None:
        return True
    process.send_signal(sign)
    try:
        process.wait(timeout=deadline)
    except subprocess.TimeoutExpired:
        kill_tree(process)
        return False
    return True


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL the process and all its descendants, and reap it."""
    family = descendants(process.pid)
    process.kill()
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.kill()
    process.wait()
    psutil.wait_procs(family, timeout=_KILL_SECONDS)


def descendants(pid: int) -> list[psutil.Process]:
    """Return all living children and their children."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def end_leftover(identity: Identity, sign: signal.Signals, deadline: float) -> bool:
    """Stop what an earlier, killed run left of a process and its session; True if there was any."""
    leader = identity.find()
    left = _orphans_of(identity) if leader is None else [leader, *descendants(leader.pid)]
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(sign)
    _, alive = psutil.wait_procs(left, timeout=deadline)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=_KILL_SECONDS)
    return bool(left)


def _orphans_of(leader: Identity) -> list[psutil.Process]:
    """Return what is left of the session of a leader that is gone.

    The system gives no new process the number of a session that still has
    members: a stranger with the leader's pid proves that there are none.
    """
    with suppress(psutil.NoSuchProcess):
        started = psutil.Process(leader.pid).create_time()
        if abs(started - leader.started) >= _START_TOLERANCE_SECONDS:
            return []
    return [process for process in psutil.process_iter() if _is_member(process, leader.pid)]


def _is_member(process: psutil.Process, session: int) -> bool:
    with suppress(ProcessLookupError, PermissionError, psutil.NoSuchProcess):
        return os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE
    return False


def log_tail(log: Path, lines: int = 12) -> str:
    """Return the last lines of a log for an error message, empty if there is none."""
    try:
        with log.open("rb") as handle:
            handle.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            text = handle.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def _tie_to(parent: int, death_signal: signal.Signals, nice: int) -> Callable[[], None]:
    """Return what the child runs before exec.

    An ignored SIGINT is inherited from non-interactive shells and would make
    the child deaf to it, so the default answer is restored.
    """

    def prepare() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal))
            if os.getppid() != parent:  # it died between fork and prctl
                os._exit(1)
        for sign in _RESET_SIGNALS:
            signal.signal(sign, signal.SIG_DFL)
        os.nice(nice)

    return prepare
