"""SQL decodes what numpy encoded: the same numbers, and every digit of a double."""

import numpy as np
import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitoring.storage.doubles import pack_doubles
from monitoring.storage.packing import pack
from tests.monitoring.storage.stored import make_partitions, rows, seal, series
from tests.monitoring.storage.test_packing import columns

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _partitions() -> None:
    make_partitions()


@settings(max_examples=80)
@given(columns(), st.sampled_from([(0,), (1,), (2,), (0, 1, 2)]))
@example([0, 2**63 - 1, 5], (0,))
@example([-(2**63), 2**63 - 1], (0,))
def test_sql_unpacks_numbers_as_numpy_does(numbers: list[int], orders: tuple[int, ...]) -> None:
    packed = pack(np.array(numbers, np.int64), orders=orders)

    found = rows("SELECT * FROM unpack_numbers(%s, 2, %s)", b"--" + packed + b"-", len(numbers))

    assert found == [(numbers, 2 + len(packed))]


DECIMALS = st.integers(-(10**15), 10**15).flatmap(
    lambda k: st.sampled_from([float(k), k / 10, k / 100, k / 1_000, k / 10**6])
)


@settings(max_examples=80)
@given(
    st.lists(DECIMALS | st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=40)
    | st.lists(DECIMALS, min_size=1, max_size=40)
)
def test_sql_unpacks_doubles_as_numpy_does(values: list[float]) -> None:
    packed = pack_doubles(np.array(values))

    ((found, end),) = rows("SELECT * FROM unpack_doubles(%s, 1, %s)", b"-" + packed, len(values))

    assert [float(shown) for shown in found] == values
    assert end == 1 + len(packed)


@pytest.mark.parametrize("digits", [-15, 0, 3])
@pytest.mark.parametrize("value", [1 / 3, 0.1 + 0.2, 5e-324, 1.7976931348623157e308, -2.5e-310])
def test_all_digits_of_a_double_are_shown_whatever_the_session_likes(
    digits: int, value: float
) -> None:
    seal([value, 7.0], series())
    rows(f"SET LOCAL extra_float_digits = {digits}")

    found = rows('SELECT value FROM metrics ORDER BY "timestamp"')

    assert [float(shown) for (shown,) in found] == [value, 7.0]


def test_what_is_no_number_is_shown_as_such() -> None:
    seal([float("nan"), float("inf"), float("-inf"), -0.0], series())

    found = rows('SELECT value::text FROM metrics ORDER BY "timestamp"')

    assert [shown for (shown,) in found] == ["NaN", "Infinity", "-Infinity", "0"]


def test_the_functions_and_views_can_be_taken_away_and_put_back() -> None:
    executor = MigrationExecutor(connection)

    executor.migrate([("monitoring", "0002_sealing")])

    assert rows("SELECT to_regclass('metrics'), to_regproc('chunk_samples')") == [(None, None)]
    executor.loader.build_graph()
    executor.migrate([("monitoring", "0003_metrics_views")])
    assert rows("SELECT count(*) FROM metrics") == [(0,)]
