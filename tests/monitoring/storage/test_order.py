"""Of two samples for one instant the later write stays."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitoring.storage.order import last_writes

_ROWS = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 5), st.floats(-9, 9)), min_size=1)


@given(_ROWS)
def test_the_result_is_what_a_dictionary_would_hold(rows: list[tuple[int, int, float]]) -> None:
    naive = {(series, at_ms): value for series, at_ms, value in rows}

    series, at_ms, values = last_writes(
        np.array([row[0] for row in rows], np.int32),
        np.array([row[1] for row in rows], np.int64),
        np.array([row[2] for row in rows], np.float64),
    )

    keys = zip(series.tolist(), at_ms.tolist(), strict=True)
    assert list(zip(keys, values.tolist(), strict=True)) == sorted(naive.items())
