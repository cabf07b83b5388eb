"""Why the service cannot be started."""


class StartError(RuntimeError):
    """The start cannot go on; the message tells the person what to do about it."""


class StopAskedError(RuntimeError):
    """Somebody asked to stop while the start was still going on."""
