"""When a series that fires again and again is one long alert."""

from collections.abc import Iterable
from datetime import datetime, timedelta


def is_flapping(
    earlier_firings: Iterable[datetime], at: datetime, *, firings: int, window: timedelta
) -> bool:
    """Say whether a firing at `at` is at least the `firings`-th one of its series within `window`.

    The window ends at `at`; a firing exactly `window` before lies outside. Firings of `at` or later are no
    earlier ones: the present one may be among them, and a clock may have been set back. 0 firings: never.

    Source: column `flap_firings` of table `alert_rules`.
    """
    if firings <= 0:
        return False
    recent = sum(at - window < fired_at < at for fired_at in earlier_firings)
    return recent + 1 >= firings
