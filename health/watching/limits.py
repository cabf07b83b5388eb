"""How long a round of probes may take: each limit is longer than the one before it. Pure."""

from datetime import timedelta

LONGEST_TIMEOUT = timedelta(seconds=15)
"""Of one probe; a round of silent services lasts hardly longer, for they are asked side by side."""
LARGEST_BATCH = 1_000
"""So many probes begin within 7 s, as the gate of the probes lets them in."""
SOFT_LIMIT_SECONDS = 30
"""After it the task of a round gives up and gives back what it took."""
HARD_LIMIT_SECONDS = 40
"""After it the task is killed."""
LEASE = timedelta(seconds=45)
"""After it nobody can still be at what was taken."""
