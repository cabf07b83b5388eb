"""How long evaluations have to see a breach before it fires."""

from datetime import timedelta

# The scheduler is never early by more than this; being late does not matter here.
JITTER = timedelta(seconds=1)


def hold_of(duration: timedelta) -> timedelta:
    """Return what must lie between the first and the last evaluation of a breach that lasts `duration`.

    It is a little less, by a second and by a tenth at most: of two evaluations a minute apart the second comes
    some milliseconds early or late, and a rule that holds for a minute would else fire after one or two by chance.
    """
    return duration - min(JITTER, duration / 10)
