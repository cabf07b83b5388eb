"""Numbers as text, digit by digit as Go writes them, so that answers compare byte by byte."""

import math
from decimal import Decimal

_FIXED_FROM, _FIXED_BELOW = 1e-6, 1e21


def special_text(value: float) -> str | None:
    """Return the text of what is no finite number."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return None


def fixed_text(value: float) -> str:
    """Return the shortest text that reads back as the value, never with an exponent: Go's format 'f'."""
    special = special_text(value)
    if special is not None:
        return special
    text = repr(value)
    if "e" in text:
        text = format(Decimal(text), "f")
    return text.removesuffix(".0")


def sample_text(value: float) -> str:
    """Return a sample's value as the HTTP API writes it: with an exponent below 1e-6 and from 1e21 on."""
    size = abs(value)
    if size == 0 or _FIXED_FROM <= size < _FIXED_BELOW or not math.isfinite(value):
        return fixed_text(value)
    mantissa, _, exponent = f"{Decimal(repr(value)):e}".partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{exponent[0]}{exponent[1:].zfill(2)}"
