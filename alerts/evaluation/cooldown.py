"""When people are told of a series that fires again and again."""

from datetime import datetime, timedelta


def notify_at(fired_at: datetime, last_notice: datetime | None, cooldown: timedelta) -> datetime:
    """Return the instant from which a firing may be told, `cooldown` after the last one that was told.

    A firing within the cooldown is not dropped but put off: if it still lasts then, people are told.
    Firings that were over before their turn do not count, or a flapping series would be silent for ever.

    Source: alert management, "Cooldown prevents alert fatigue", service specification.
    """
    if last_notice is None:
        return fired_at
    return max(fired_at, last_notice + cooldown)
