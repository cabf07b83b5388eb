"""What an answer to a pushed batch means, and how long to wait before the next try; pure."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

SHORTEST_WAIT_SECONDS = 0.2
"""Even "Retry-After: 0" waits this long: a busy receiver is not to be hammered."""
LONGEST_WAIT_SECONDS = 120.0
LONGEST_BACKOFF_SECONDS = 30.0
_TRY_AGAIN = frozenset({408, 425, 429})


class Outcome(StrEnum):
    """What to do with the batch that was pushed."""

    STORED = "stored"
    TRY_AGAIN = "try again"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome, and the seconds to wait before the next request."""

    outcome: Outcome
    wait_seconds: float = 0.0


def judge(status: int, retry_after: str | None, failures: int, at: datetime) -> Verdict:
    """Return what an HTTP status means for the batch; `failures` counts the tries before.

    A refusal (a bad batch, a bad token) is final: the same bytes would be refused again.
    """
    if 200 <= status < 300:
        return Verdict(Outcome.STORED)
    if status in _TRY_AGAIN or status >= 500:
        asked = retry_after_seconds(retry_after, at)
        return Verdict(Outcome.TRY_AGAIN, backoff_seconds(failures) if asked is None else asked)
    return Verdict(Outcome.REFUSED)


def samples_stored(body: str, sent: int) -> int:
    """Return how many of the `sent` samples a stored batch's answer owns up to.

    A batch is stored without the samples that are refused; an answer that does not count them
    stands for all.
    """
    try:
        answer = json.loads(body)
    except ValueError:
        return sent
    stored = answer.get("stored") if isinstance(answer, dict) else None
    return stored if type(stored) is int and 0 <= stored <= sent else sent


def backoff_seconds(failures: int) -> float:
    """Return the wait after a failed try: 0.5 s, doubling with each failure, 30 s at most."""
    # The exponent is capped first: an outage of days must not overflow a float.
    return min(0.5 * 2.0 ** min(failures, 10), LONGEST_BACKOFF_SECONDS)


def retry_after_seconds(header: str | None, at: datetime) -> float | None:
    """Return the wait that a Retry-After header asks for, in seconds, within the bounds above.

    It is a number of seconds or an HTTP date; None if it is missing or neither.
    """
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        seconds = float(text)
    else:
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return None
        aware = until if until.tzinfo else until.replace(tzinfo=UTC)
        seconds = (aware - at).total_seconds()
    return min(max(seconds, SHORTEST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)
