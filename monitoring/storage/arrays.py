"""PostgreSQL array texts. The driver builds arrays element by element in Python, with tests that numbers
do not need; at a thousand elements a batch that took longer than the query."""

from collections.abc import Iterable


def array_text(numbers: Iterable[int | float]) -> str:
    """Return numbers as the text of an array, to be cast where it is used: `%s::int[]`."""
    return f"{{{','.join(map(repr, numbers))}}}"
