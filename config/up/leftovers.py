"""What a killed run may have left: processes that the kernel did not end with it."""

from signal import SIGTERM

from config.supervisor.process import end_leftover
from config.up import process_file
from config.up.installation import Installation

_STOP_SECONDS = 15.0


def end_leftovers(place: Installation) -> list[str]:
    """End the supervised processes of an earlier run; return their names.

    Call it with the lock held: only then do they belong to nobody.
    """
    records = process_file.read(place.processes)
    ended = [r.name for r in records if r.pid and end_leftover(r.identity, SIGTERM, _STOP_SECONDS)]
    place.processes.unlink(missing_ok=True)
    return ended
