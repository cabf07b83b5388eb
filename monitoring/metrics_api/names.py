"""The two names of one service: `payment` and `payment-service`. Pure."""

_ENDING = "-service"


def same_service(one: str, other: str) -> bool:
    """Return whether two names mean one service."""
    return one.removesuffix(_ENDING) == other.removesuffix(_ENDING)


def names_of_service(name: str) -> tuple[str, ...]:
    """Return the name as given and the service's other name: a sample may carry either.

    Source: the specification's paths say `payment`, its samples `payment-service`.
    """
    short = name.removesuffix(_ENDING)
    other = short if name != short else name + _ENDING
    return (name, other) if other else (name,)
