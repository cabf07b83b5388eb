"""The token bucket of a channel: how many messages it may send now, and when the next one; pure."""


def refilled(tokens: float, elapsed_seconds: float, per_minute: int) -> float:
    """Return the tokens after so long: at most one minute's worth. A clock that went back adds nothing."""
    return min(tokens + max(elapsed_seconds, 0.0) * per_minute / 60, float(per_minute))


def seconds_until_one(tokens: float, per_minute: int) -> float:
    """Return how long it takes until there is a whole token; 0 if there is one."""
    return max(1 - tokens, 0.0) * 60 / per_minute
