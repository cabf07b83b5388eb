"""Which codings a client takes. Pure: no Django, no clock, no database."""

_REFUSED = {"q=0", "q=0.0", "q=0.00", "q=0.000"}


def takes_gzip(accept_encoding: str) -> bool:
    """Say whether an Accept-Encoding header names gzip, or anything, and does not refuse it."""
    for item in accept_encoding.lower().split(","):
        name, _, parameter = item.partition(";")
        if name.strip() in {"gzip", "*"}:
            return parameter.replace(" ", "") not in _REFUSED
    return False
