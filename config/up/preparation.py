"""The one-off Django process of a start."""

import sys
from collections.abc import Mapping
from signal import SIGTERM

from config.supervisor.process import log_tail, spawn, stop
from config.supervisor.stop_request import StopRequest
from config.up.errors import StartError, StopAskedError
from config.up.installation import Installation

_POLL_SECONDS = 0.1
_STOP_SECONDS = 10.0


def prepare(place: Installation, shared: Mapping[str, str], request: StopRequest) -> None:
    """Migrate, load defaults, make the admin, collect static files, mint tokens.

    Raises StartError with the end of the log, StopAskedError on Ctrl-C; a
    migration that is cut short is rolled back by the database.
    """
    log = place.logs / "prepare.log"
    command = [
        sys.executable,
        *("-m", "config.up.prepare"),
        *("--admin-token", str(place.admin_token), "--demo-token", str(place.demo_token)),
    ]
    process = spawn(command, log=log, environ=shared, cwd=place.root)
    while process.poll() is None:
        if request.wait(_POLL_SECONDS):
            stop(process, SIGTERM, _STOP_SECONDS)
            raise StopAskedError("stopped while the database was prepared")
    if process.returncode != 0:
        raise StartError(f"preparing the database failed; {log} ends with:\n{log_tail(log, 25)}")
