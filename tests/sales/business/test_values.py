"""What a query may answer: one whole number, and nothing that only looks like one."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from sales.business.values import NoFigureError, figure_of


@pytest.mark.parametrize("value", [0, 7, Decimal(1250), Decimal("1250.00"), 3.0, 2**60])
def test_a_whole_number_is_a_figure(value: Any) -> None:
    assert figure_of([(value,)]) == int(value)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "one row with one column"),
        ([(1,), (2,)], "one row with one column"),
        ([(1, 2)], "one row with one column"),
        ([()], "one row with one column"),
        ([(None,)], "NULL"),
        ([("7",)], "str, which is no number"),
        ([(True,)], "bool, which is no number"),
        ([(-1,)], "negative"),
        ([(Decimal("12.50"),)], "not whole"),
        ([(float("nan"),)], "not whole"),
        ([(float("inf"),)], "not whole"),
        ([(Decimal("NaN"),)], "not whole"),
        ([(Decimal("-Infinity"),)], "not whole"),
    ],
)
def test_anything_else_is_refused_with_the_reason(rows: Sequence[Any], reason: str) -> None:
    with pytest.raises(NoFigureError, match=reason):
        figure_of(rows)
