"""How to run PostgreSQL, which refuses to run as root, when we are root."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.embedded.errors import EmbeddedError

_UNPRIVILEGED = "nobody"
# Inside its user namespace the process sees uid 1000; outside its files stay owned by root.
_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")

_PROBE = 'cd -- "$1" && exec "$2" --version'


@dataclass(frozen=True, slots=True)
class RunAs:
    """What stands before the command, and the user to become (None: stay who we are)."""

    prefix: tuple[str, ...] = ()
    user: str | None = None

    @property
    def group(self) -> int | None:
        """Return the first group of that user. Raises KeyError if there is no such user."""
        return None if self.user is None else pwd.getpwnam(self.user).pw_gid

    def hand_over(self, directory: Path) -> None:
        """Make the directory and all in it belong to who we become, or back to us.

        The directory itself comes last: its owner says that all the rest is done.
        """
        uid = os.geteuid() if self.user is None else pwd.getpwnam(self.user).pw_uid
        gid = os.getegid() if self.group is None else self.group
        if directory.stat().st_uid == uid:
            return
        for path in (*directory.rglob("*"), directory):
            os.chown(path, uid, gid, follow_symlinks=False)


Works = Callable[[RunAs], bool]


def choose_run_as(uid: int, works: Works) -> RunAs:
    """Return the first way that `works`: as we are, in a user namespace, as nobody.

    Raises EmbeddedError, with what to do, if none does.
    """
    if uid != 0:
        return RunAs()
    for candidate in (RunAs(prefix=_NAMESPACE), RunAs(user=_UNPRIVILEGED)):
        if works(candidate):
            return candidate
    raise EmbeddedError(
        "PostgreSQL refuses to run as root, and neither user namespaces nor the user "
        f"{_UNPRIVILEGED!r} can run it here. Run as an ordinary user, move the checkout out of a "
        "directory that only root may enter, or set DB_HOST to use an external PostgreSQL"
    )


def can_run(run_as: RunAs, program: Path, directory: Path) -> bool:
    """Tell whether that identity can start the program and enter the directory above `directory`."""
    if run_as.prefix and shutil.which(run_as.prefix[0]) is None:
        return False
    probe = (*run_as.prefix, "/bin/sh", "-c", _PROBE, "sh", str(directory.parent), str(program))
    try:
        done = subprocess.run(  # noqa: S603 - the argument list is ours, no shell is involved
            probe,
            user=run_as.user,
            group=run_as.group,
            extra_groups=None if run_as.user is None else [],
            capture_output=True,
            check=False,
        )
    except (OSError, KeyError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
