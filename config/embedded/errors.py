"""What can go wrong with an embedded engine."""


class EmbeddedError(RuntimeError):
    """An engine cannot be used; the message tells the person what to do about it."""
