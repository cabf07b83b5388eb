"""When a message is tried again, and for how long; pure."""

from datetime import timedelta

LONGEST_WAIT_SECONDS = 300.0
# What another side may ask for: less than a second would be a hammer, hours would be a loss.
SHORTEST_ASKED_SECONDS = 1.0
LONGEST_ASKED_SECONDS = 600.0
_DOUBLINGS_TO_THE_LONGEST = 9
_JITTER = 0.2


def backoff_seconds(postponements: int, jitter: float) -> float:
    """Return the wait after the nth failure in a row: 1, 2, 4 ... 256, 300 s, less up to a fifth.

    `jitter` is a random number in [0, 1): without it, all that failed together would come back
    together. Raises ValueError if nothing has failed yet.
    """
    if postponements < 1:
        raise ValueError("there is nothing to wait for before the first failure")
    doublings = min(postponements - 1, _DOUBLINGS_TO_THE_LONGEST)
    longest = min(2.0**doublings, LONGEST_WAIT_SECONDS)
    return longest * (1 - _JITTER * jitter)


def asked_wait_seconds(retry_after_seconds: float) -> float:
    """Return the wait that the other side asked for, within 1 to 600 s."""
    return min(max(retry_after_seconds, SHORTEST_ASKED_SECONDS), LONGEST_ASKED_SECONDS)


def is_given_up(trying_for: timedelta, asked_to_wait_seconds: float, budget: timedelta) -> bool:
    """Tell whether a message that was first tried so long ago has used up its time.

    Waits that the other side asked for are left out, up to once the budget: a receiver that asks
    for ever must not keep a message for ever.
    """
    spared = min(timedelta(seconds=asked_to_wait_seconds), budget)
    return trying_for - spared >= budget
