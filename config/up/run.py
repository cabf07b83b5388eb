"""Start, watch until asked to stop, stop."""

import time
from collections.abc import Mapping

from rich.console import Console

from config.embedded import EmbeddedError
from config.supervisor.lock import AlreadyLockedError
from config.supervisor.stop_request import StopRequest
from config.up import summary
from config.up.errors import StartError, StopAskedError
from config.up.installation import Installation
from config.up.start import STEPS, Start
from config.up.steps import Steps
from config.up.watch import EngineKeeper, watch


def run(place: Installation, environ: Mapping[str, str], console: Console) -> int:
    """Run the service until somebody asks to stop; 0 only if all started and stopped cleanly."""
    request = StopRequest()
    request.install()
    steps = Steps(console, STEPS)
    start = Start(place, environ, steps, request)
    began = time.monotonic()
    code = 0
    try:
        start.run()
        steps.say(summary.text(place, start.addresses, start.secrets, environ))
        steps.say(f"  Up in {time.monotonic() - began:.1f} s.")
        watch(start.supervisor, EngineKeeper(start.stack, steps.say), place, request)
    except StopAskedError as asked:
        steps.say(f"\n{asked}")
    except AlreadyLockedError as held:
        steps.say(f"\n{held}: the service runs there already. `make status` shows it.")
        code = 1
    except (StartError, EmbeddedError, OSError) as error:
        steps.say(f"\n{error}")
        code = 1
    if start.has_begun and not _stop(start, steps):
        return 1
    return code


def _stop(start: Start, steps: Steps) -> bool:
    steps.say("\nStopping ...")
    began = time.monotonic()
    clean = start.stop()
    manner = "cleanly" if clean else "by force"
    steps.say(f"Stopped {manner} in {time.monotonic() - began:.1f} s.")
    return clean
