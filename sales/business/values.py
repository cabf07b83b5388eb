"""What a query answered, read strictly: a figure is one whole number. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

Row = Sequence[Any]


class NoFigureError(ValueError):
    """The rows hold no figure; the message says why."""


def figure_of(rows: Sequence[Row]) -> int:
    """Return the one number of the one row.

    Raises NoFigureError for anything else. NULL is no zero: a sum over no rows has to say `coalesce(sum(...), 0)`. A
    fraction is refused, because cents have none: an amount in another unit would be told a hundred times too small.
    """
    if len(rows) != 1 or len(rows[0]) != 1:
        raise NoFigureError("the query must return one row with one column")
    return whole_number(rows[0][0])


def whole_number(value: object) -> int:
    """Return a whole number of at least 0. Raises NoFigureError."""
    if value is None:
        raise NoFigureError("the query returned NULL, which is no number")
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise NoFigureError(f"the query returned {type(value).__name__}, which is no number")
    if value != value or value in (float("inf"), float("-inf")) or value != int(value):  # noqa: PLR0124 - NaN alone differs from itself
        raise NoFigureError("the query returned a number that is not whole")
    if value < 0:
        raise NoFigureError("the query returned a negative number")
    return int(value)
